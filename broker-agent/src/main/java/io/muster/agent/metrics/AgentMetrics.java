package io.muster.agent.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.agent.Ownership;
import io.muster.agent.core.AgentListener;
import io.muster.agent.core.AgentState;
import io.muster.agent.core.CallbackKind;
import io.muster.agent.core.ReleaseOutcome;
import io.muster.agent.shell.AgentStatus;
import io.muster.agent.work.CallbackListener;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** Meters of one agent: give it to the agent as both of its listeners, then {@link #bind} the agent's status. Thread-safe. */
public final class AgentMetrics implements AgentListener, CallbackListener {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    private final MeterRegistry registry;
    private final Timer confirmations;
    private final Counter renewals;
    private final Counter refusals;
    private final Counter lapses;
    private final Counter lapsedPartitions;
    private final Counter grants;
    private final Counter overlaps;
    private final Map<ReleaseOutcome, Timer> releases = new EnumMap<>(ReleaseOutcome.class);
    private final Map<CallbackKind, Timer> calls = new EnumMap<>(CallbackKind.class);
    private final Map<CallbackKind, Timer> failedCalls = new EnumMap<>(CallbackKind.class);
    private final Map<CallbackKind, Timer> waits = new EnumMap<>(CallbackKind.class);

    public AgentMetrics(MeterRegistry registry) {
        this.registry = registry;
        confirmations = timer(
                        "muster.agent.heartbeat.confirmation",
                        "From sending a heartbeat to its confirmation by a majority; near the lease means that work is about"
                                + " to be given up.")
                .register(registry);
        renewals = Counter.builder("muster.agent.lease.renewals")
                .description(
                        "Confirmed heartbeats that extended the lease; a broker that owns work and shows none loses it.")
                .register(registry);
        refusals = Counter.builder("muster.agent.lease.refusals")
                .description(
                        "Confirmed heartbeats that extended nothing: this broker is fenced, or late in giving back.")
                .register(registry);
        lapses = Counter.builder("muster.agent.lease.lapses")
                .description(
                        "Times the lease ended while partitions were owned; each is an outage of those partitions.")
                .register(registry);
        lapsedPartitions = Counter.builder("muster.agent.lease.lapsed.partitions")
                .description("Partitions that were given up because the lease ended.")
                .register(registry);
        grants = Counter.builder("muster.agent.ownerships.granted")
                .description("Ownerships that began on this broker.")
                .register(registry);
        overlaps = Counter.builder("muster.ownership.overlap")
                .description(
                        "Times this broker saw a leased partition granted to another while its own ownership was not"
                                + " given back and its lease not over. Must be 0: anything else is a broken promise of Muster.")
                .register(registry);
        for (ReleaseOutcome outcome : ReleaseOutcome.values()) {
            releases.put(
                    outcome,
                    timer(
                                    "muster.agent.handover",
                                    "From closing an ownership's guard to its end: nobody serves the partition meanwhile."
                                            + " handed_over: within the lease; lapsed: after it; left: this node stopped"
                                            + " without waiting to be asked.")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        for (CallbackKind kind : CallbackKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            calls.put(kind, callback(registry, name, "returned"));
            failedCalls.put(kind, callback(registry, name, "threw"));
            waits.put(
                    kind,
                    timer("muster.agent.callback.wait", "How long calls into the application waited for a thread.")
                            .tag("callback", name)
                            .register(registry));
        }
    }

    private static Timer callback(MeterRegistry registry, String kind, String outcome) {
        return timer("muster.agent.callback", "How long calls into the application ran, and whether they threw.")
                .tag("callback", kind)
                .tag("outcome", outcome)
                .register(registry);
    }

    private static Timer.Builder timer(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(BUCKETS);
    }

    /** Registers the gauges that read {@code status}. */
    public void bind(Supplier<AgentStatus> status) {
        for (AgentState state : AgentState.values()) {
            Gauge.builder("muster.agent.state", () -> status.get().state() == state ? 1 : 0)
                    .description("1 for the state the agent is in, 0 for the others.")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder("muster.agent.lease.left", () -> status.get().leaseLeftMs(System.nanoTime()) / 1000.0)
                .description("How long the lease still holds.")
                .baseUnit("seconds")
                .register(registry);
        gauge(status, "broker.epoch", "The epoch of the newest registration; -1 before it.", AgentStatus::brokerEpoch);
        gauge(status, "partitions.owned", "Partitions led under an open ownership.", AgentStatus::owned);
        gauge(status, "partitions.replicas", "Partitions with a replica here.", AgentStatus::replicas);
        gauge(
                status,
                "partitions.failing",
                "Partitions whose last callback threw and that wait for another try.",
                AgentStatus::partitionsFailing);
        gauge(status, "feed.offset", "The image holds every batch below this offset.", AgentStatus::appliedOffset);
        gauge(
                status,
                "feed.lag",
                "Batches that the controller has committed and the image lacks, as last heard.",
                s -> Math.max(0, s.committedOffset() - s.appliedOffset()));
        gauge(status, "callbacks.running", "Calls into the application under way.", AgentStatus::callbacksRunning);
        gauge(
                status,
                "callbacks.hung",
                "Calls into the application under way for more than ten seconds.",
                AgentStatus::callbacksHung);
    }

    private void gauge(
            Supplier<AgentStatus> status, String name, String description, ToDoubleFunction<AgentStatus> value) {
        Gauge.builder("muster.agent." + name, () -> value.applyAsDouble(status.get()))
                .description(description)
                .register(registry);
    }

    @Override
    public void stateChanged(AgentState from, AgentState to, String because) {
        Counter.builder("muster.agent.state.changes")
                .description("State changes of the agent, by the state entered.")
                .tag("to", to.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
    }

    @Override
    public void leaseRenewed(long roundTripNs, long leaseLeftNs) {
        confirmations.record(roundTripNs, TimeUnit.NANOSECONDS);
        (leaseLeftNs > 0 ? renewals : refusals).increment();
    }

    @Override
    public void leaseLapsed(int owned) {
        lapses.increment();
        lapsedPartitions.increment(owned);
    }

    @Override
    public void granted(Ownership ownership) {
        grants.increment();
    }

    @Override
    public void overlapped(Ownership ownership, int otherBroker, long otherEpoch) {
        overlaps.increment();
    }

    @Override
    public void released(Ownership ownership, ReleaseOutcome outcome, long sinceClosedNs) {
        timerOf(releases, outcome).record(sinceClosedNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void returned(CallbackKind kind, long waitedNs, long ranNs, boolean failed) {
        timerOf(waits, kind).record(waitedNs, TimeUnit.NANOSECONDS);
        timerOf(failed ? failedCalls : calls, kind).record(ranNs, TimeUnit.NANOSECONDS);
    }

    private static <K> Timer timerOf(Map<K, Timer> timers, K key) {
        return Objects.requireNonNull(timers.get(key));
    }
}
