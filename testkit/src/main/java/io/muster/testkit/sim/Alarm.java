package io.muster.testkit.sim;

/**
 * The next time at which one part of a process wants to be called. It may be set earlier or later as often as wanted, and
 * costs one event for each call, not one for each setting. Not thread-safe.
 */
final class Alarm {
    private final SimProcess process;
    private final EventQueue queue;
    private final Runnable action;
    private long wantedNs = Long.MAX_VALUE;
    /** When the newest event is due; {@link Long#MAX_VALUE} when there is none. */
    private long pendingNs = Long.MAX_VALUE;

    private long generation;

    Alarm(SimProcess process, EventQueue queue, Runnable action) {
        this.process = process;
        this.queue = queue;
        this.action = action;
    }

    /** Rings once, this long from now, instead of when it was set to. */
    void in(long delayNs) {
        wantedNs = queue.nowNs() + delayNs;
        if (wantedNs < pendingNs) {
            arm();
        }
    }

    private void arm() {
        pendingNs = wantedNs;
        long mine = ++generation;
        process.after(wantedNs - queue.nowNs(), () -> ring(mine));
    }

    private void ring(long mine) {
        if (mine != generation) {
            return;
        }
        pendingNs = Long.MAX_VALUE;
        if (queue.nowNs() < wantedNs) {
            arm();
        } else {
            wantedNs = Long.MAX_VALUE;
            action.run();
        }
    }
}
