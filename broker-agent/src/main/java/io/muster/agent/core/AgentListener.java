package io.muster.agent.core;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;

/** Told what happens in an agent, on the core's thread: for metrics and tests. Must return at once and not throw. */
public interface AgentListener {
    /** Listens to nothing. */
    AgentListener NONE = new AgentListener() {};

    default void stateChanged(AgentState from, AgentState to, String because) {}

    /** A heartbeat was confirmed; the lease now holds for {@code leaseLeftNs}, or does not when that is 0 or less. */
    default void leaseRenewed(long roundTripNs, long leaseLeftNs) {}

    /** The lease is over while this many partitions were owned. */
    default void leaseLapsed(int owned) {}

    /** An ownership begins, just before {@code lead} is called. */
    default void granted(Ownership ownership) {}

    /** An ownership has ended: guard closed, last guarded action done, {@code release} returned. */
    default void released(Ownership ownership, ReleaseOutcome outcome, long sinceClosedNs) {}

    /** The image shows that another broker was granted what this ownership, under a lease that still holds, has not given back. */
    default void overlapped(Ownership ownership, int otherBroker, long otherEpoch) {}

    /** A callback threw. */
    default void callbackFailed(Partition partition, CallbackKind kind, Throwable failure) {}
}
