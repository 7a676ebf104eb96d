package io.muster.testkit.sim;

import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import java.util.function.Supplier;

/**
 * A run with an application of its own.
 *
 * @param application makes the application of one run
 * @param brokers how many brokers; 0 lets each seed choose
 * @param resource the work
 * @param faults whether anything breaks
 */
public record SimSetup(Supplier<SimApplication> application, int brokers, Work resource, boolean faults) {
    /**
     * The resource that is created when the cluster has formed.
     *
     * @param name its name
     * @param partitions partitions
     * @param replicas replicas of each
     * @param state what "ready" protects
     * @param ownership how owners are kept apart
     */
    public record Work(String name, int partitions, int replicas, StateKind state, OwnershipMode ownership) {}
}
