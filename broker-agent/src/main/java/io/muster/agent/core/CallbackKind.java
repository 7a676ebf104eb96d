package io.muster.agent.core;

/** The methods of {@link io.muster.agent.Workload} that the core asks for. */
public enum CallbackKind {
    /** {@link io.muster.agent.Workload#prepare}. */
    PREPARE,
    /** {@link io.muster.agent.Workload#lead}. */
    LEAD,
    /** {@link io.muster.agent.Workload#release}. */
    RELEASE,
    /** {@link io.muster.agent.Workload#drop}. */
    DROP
}
