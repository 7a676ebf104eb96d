package io.muster.testkit.sim;

import io.muster.agent.Workload;

/** A real application in a simulated cluster: one for each run. Everything is called on the run's one thread. */
public interface SimApplication {
    /** A process of a broker has started: its workload. */
    Workload start(SimHost host);

    /** Something happened. What this throws ends the run as failed. */
    default void stepped(SimView cluster) {}

    /** Faults have ended and the cluster is whole again. What this throws ends the run as failed. */
    default void converged(SimView cluster) {}
}
