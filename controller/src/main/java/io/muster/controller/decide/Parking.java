package io.muster.controller.decide;

/**
 * When a partition is parked because it harms whoever is given it.
 *
 * @param owners owners in a row that must have failed to lead it, or died while they began to
 * @param windowMs a failure longer than this after the one before begins the row anew
 * @param maxShare no more than this share of all partitions is parked at once; when more fail alike, the fault is elsewhere
 */
public record Parking(int owners, long windowMs, double maxShare) {
    /** The documented defaults. */
    public static final Parking DEFAULTS = new Parking(3, 600_000, 0.01);

    /** Partitions that are suspected at once; what fails beyond that is not the partitions' fault. */
    public static final int MAX_SUSPECTS = 400;

    private static final int MAX_PARKED = 100;

    /** How many partitions may be parked at once: at least one, but never half of them. */
    int limit(long partitions) {
        long share = Math.max(1, (long) (maxShare * partitions));
        return (int) Math.min(MAX_PARKED, Math.min(share, partitions / 2));
    }
}
