package io.muster.agent.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which leads may begin together. One that is suspected of killing its owner begins after all others and alone, so that it harms
 * nobody else's start, and so that it is known which one it was. No lead holds up others for longer than a second: one that
 * hangs must not stop the rest. Not thread-safe.
 */
final class Starts {
    private static final long PATIENCE_NS = 1_000_000_000L;

    private final Set<Seat> underWay = new HashSet<>();
    /** Those of them that were suspected when they began, and when. */
    private final Map<Seat, Long> suspected = new LinkedHashMap<>();

    private final Set<Seat> waiting = new LinkedHashSet<>();
    private long newestNs;

    /** Whether the seat's lead may begin; if not, it waits. */
    boolean mayBegin(Seat seat, long nowNs) {
        boolean stopped = false;
        if (seat.strikes > 0) {
            stopped = !underWay.isEmpty() && nowNs - newestNs < PATIENCE_NS;
        } else {
            for (long beganNs : suspected.values()) {
                stopped |= nowNs - beganNs < PATIENCE_NS;
            }
        }
        if (stopped) {
            waiting.add(seat);
        } else {
            waiting.remove(seat);
        }
        return !stopped;
    }

    void began(Seat seat, long nowNs) {
        underWay.add(seat);
        newestNs = nowNs;
        if (seat.strikes > 0) {
            suspected.put(seat, nowNs);
        }
    }

    /** True if others waited for it. */
    boolean ended(Seat seat) {
        suspected.remove(seat);
        return underWay.remove(seat) && !waiting.isEmpty() && (underWay.isEmpty() || suspected.isEmpty());
    }

    /** Who waited, the least suspected first; each must ask again. */
    List<Seat> takeWaiting() {
        List<Seat> all = new ArrayList<>(waiting);
        waiting.clear();
        all.sort(LEAST_SUSPECTED_FIRST);
        return all;
    }

    static final Comparator<Seat> LEAST_SUSPECTED_FIRST = Comparator.comparingInt(seat -> seat.strikes);

    /** When those that wait should be asked again at the latest. */
    long nextNs() {
        if (waiting.isEmpty() || underWay.isEmpty()) {
            return AgentCore.NEVER;
        }
        return newestNs + PATIENCE_NS;
    }

    void forget(Seat seat) {
        waiting.remove(seat);
    }
}
