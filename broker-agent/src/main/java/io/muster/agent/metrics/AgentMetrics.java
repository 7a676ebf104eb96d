package io.muster.agent.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.agent.core.AgentListener;
import io.muster.agent.core.CallbackKind;
import io.muster.agent.shell.AgentStatus;
import io.muster.agent.work.CallbackListener;
import java.util.function.Supplier;

/** Meters of one agent: give it to the agent as its listener, then {@link #bind} the agent's status. Thread-safe. */
public final class AgentMetrics implements AgentListener, CallbackListener {
    public AgentMetrics(MeterRegistry registry) {}

    /** Registers the gauges that read {@code status}. */
    public void bind(Supplier<AgentStatus> status) {}

    @Override
    public void returned(CallbackKind kind, long waitedNs, long ranNs, boolean failed) {}
}
