package io.muster.controller;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Who lets hand-overs run into their deadline again and again. Soft state of one leadership. Not thread-safe. */
final class OverdueReleases {
    /** So many deadlines missed within the window are a gray failure; fewer may be a slow release or two. */
    static final int TOO_MANY = 3;

    static final long WINDOW_NS = 60_000_000_000L;

    private final Map<Integer, Deque<Long>> byBroker = new HashMap<>();

    /** The broker missed another deadline; true if that is one too many, and then it begins anew. */
    boolean isTooMuch(int broker, long nowNs) {
        Deque<Long> missed = byBroker.computeIfAbsent(broker, b -> new ArrayDeque<>());
        while (!missed.isEmpty() && nowNs - missed.getFirst() > WINDOW_NS) {
            missed.removeFirst();
        }
        missed.addLast(nowNs);
        if (missed.size() < TOO_MANY) {
            return false;
        }
        byBroker.remove(broker);
        return true;
    }

    /** What a broker did of which {@link #isTooMuch} was true. */
    String sentence() {
        return "it missed the deadline " + TOO_MANY + " times within " + WINDOW_NS / 1_000_000_000 + " s.";
    }

    void clear() {
        byBroker.clear();
    }
}
