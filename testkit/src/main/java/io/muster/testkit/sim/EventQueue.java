package io.muster.testkit.sim;

import java.util.PriorityQueue;

/** What happens when, on virtual time. Events of one instant happen in the order in which they were added. Not thread-safe. */
final class EventQueue {
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private static final class Event implements Comparable<Event> {
        private final long atNs;
        private final long number;
        private final Runnable action;

        Event(long atNs, long number, Runnable action) {
            this.atNs = atNs;
            this.number = number;
            this.action = action;
        }

        @Override
        public int compareTo(Event other) {
            return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNs;
    private long added;
    private long done;
    private long hash;

    /** True time: nanoseconds since the start of the run. */
    long nowNs() {
        return nowNs;
    }

    /** Events that happened so far. */
    long done() {
        return done;
    }

    /** A hash of which event happened when, in order: two runs that differ anywhere differ here a moment later. */
    long hash() {
        return hash;
    }

    /** Makes something else part of the hash. */
    void mix(long value) {
        hash = (Long.rotateLeft(hash, 29) ^ value) * MIX;
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
        mix(nowNs ^ Long.rotateLeft(next.number, 40));
        next.action.run();
        return true;
    }
}
