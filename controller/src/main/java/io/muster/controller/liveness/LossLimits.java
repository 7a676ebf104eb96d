package io.muster.controller.liveness;

/**
 * How many brokers may look dead at once before the controller doubts itself rather than them.
 *
 * @param ofCluster share of the cluster's brokers, above 0; 1 leaves only "all of them"
 * @param ofRack the same for the brokers of one rack; 1 never holds a rack of its own
 * @param windowMs how long a broker that was fenced counts as lost, milliseconds
 */
public record LossLimits(double ofCluster, double ofRack, long windowMs) {
    /** The documented defaults. */
    public static final LossLimits DEFAULTS = new LossLimits(0.5, 1, 10_000);
}
