package io.muster.testkit.sim;

import java.util.PriorityQueue;

/** What happens when, on virtual time. Events of one instant happen in the order in which they were added. Not thread-safe. */
final class EventQueue {
    private record Event(long atNs, long number, Runnable action) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) -> {
        int byTime = Long.compare(a.atNs, b.atNs);
        return byTime != 0 ? byTime : Long.compare(a.number, b.number);
    });
    private long nowNs;
    private long added;
    private long done;

    /** True time: nanoseconds since the start of the run. */
    long nowNs() {
        return nowNs;
    }

    /** Events that happened so far. */
    long done() {
        return done;
    }

    void after(long delayNs, Runnable action) {
        events.add(new Event(nowNs + Math.max(0, delayNs), added++, action));
    }

    /** Lets the next event happen if it is due by {@code untilNs}; else moves time there. */
    boolean step(long untilNs) {
        Event next = events.peek();
        if (next == null || next.atNs > untilNs) {
            nowNs = Math.max(nowNs, untilNs);
            return false;
        }
        events.remove();
        nowNs = next.atNs;
        done++;
        next.action.run();
        return true;
    }
}
