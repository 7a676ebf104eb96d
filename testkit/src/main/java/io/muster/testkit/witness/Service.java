package io.muster.testkit.witness;

/**
 * Who serves a partition now, as the sink saw it. Times are {@link System#nanoTime} of the sink's process, at arrival.
 *
 * @param partition the partition
 * @param node node id of the newest owner
 * @param epoch its leader epoch
 * @param firstNanos its first accepted beat
 * @param lastNanos its newest accepted beat
 */
public record Service(WitnessedPartition partition, int node, long epoch, long firstNanos, long lastNanos) {}
