package io.muster.testkit;

/**
 * What a rehearsal was.
 *
 * @param seeds runs
 * @param simulatedHours simulated time of all of them
 * @param faults faults that happened in them
 */
public record RehearsalResult(long seeds, double simulatedHours, long faults) {}
