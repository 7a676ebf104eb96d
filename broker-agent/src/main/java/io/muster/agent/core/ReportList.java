package io.muster.agent.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Seats that have something to say to the controller, until the image shows that it was heard. A report that the image does
 * not reflect is repeated: the controller that got it may have lost its office before it wrote it down. Not thread-safe.
 */
final class ReportList {
    private static final long REPEAT_AFTER_NS = 1_000_000_000L;

    private final Set<Seat> unsent = new LinkedHashSet<>();
    private final Map<Seat, Long> sentAtNs = new LinkedHashMap<>();

    /** Keeps {@code seat} on the list exactly as long as {@code needed}. */
    void update(Seat seat, boolean needed) {
        if (!needed) {
            unsent.remove(seat);
            sentAtNs.remove(seat);
        } else if (!sentAtNs.containsKey(seat)) {
            unsent.add(seat);
        }
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** Everything is to be said again, to another controller. */
    void repeatAll() {
        unsent.addAll(sentAtNs.keySet());
        sentAtNs.clear();
    }

    /** At most {@code max} seats to report now. */
    List<Seat> take(int max, long nowNs) {
        Iterator<Map.Entry<Seat, Long>> sent = sentAtNs.entrySet().iterator();
        while (sent.hasNext()) {
            Map.Entry<Seat, Long> entry = sent.next();
            if (nowNs - entry.getValue() < REPEAT_AFTER_NS) {
                break; // in order of sending
            }
            unsent.add(entry.getKey());
            sent.remove();
        }
        List<Seat> taken = new ArrayList<>(Math.min(max, unsent.size()));
        Iterator<Seat> next = unsent.iterator();
        while (next.hasNext() && taken.size() < max) {
            Seat seat = next.next();
            taken.add(seat);
            next.remove();
            sentAtNs.put(seat, nowNs);
        }
        return taken;
    }
}
