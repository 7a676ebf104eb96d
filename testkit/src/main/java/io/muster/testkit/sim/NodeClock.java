package io.muster.testkit.sim;

/**
 * The monotonic clock of one node: starts anywhere and runs at its own rate.
 *
 * @param queue true time
 * @param startNs what it shows when the run starts
 * @param driftPpm how much faster than true time it runs, in millionths
 */
record NodeClock(EventQueue queue, long startNs, long driftPpm) {
    long nowNs() {
        long trueNs = queue.nowNs();
        return startNs + trueNs + trueNs / 1_000_000 * driftPpm;
    }

    /** True time until this clock shows {@code atNs}; never less than 0. */
    long delayUntil(long atNs) {
        long local = atNs - nowNs();
        return local <= 0 ? 0 : (long) (local * (1_000_000.0 / (1_000_000 + driftPpm))) + 1;
    }
}
