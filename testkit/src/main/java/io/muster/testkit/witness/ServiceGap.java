package io.muster.testkit.witness;

/**
 * A change of owner as the work itself felt it: nobody served from the old owner's last beat to the new owner's first.
 *
 * @param partition the partition
 * @param fromNode the old owner
 * @param fromEpoch its leader epoch
 * @param toNode the new owner
 * @param toEpoch its leader epoch
 * @param lastNanos the old owner's last accepted beat, {@link System#nanoTime} of the sink's process
 * @param firstNanos the new owner's first accepted beat, on the same clock
 */
public record ServiceGap(
        WitnessedPartition partition,
        int fromNode,
        long fromEpoch,
        int toNode,
        long toEpoch,
        long lastNanos,
        long firstNanos) {
    public double millis() {
        return (firstNanos - lastNanos) / 1e6;
    }
}
