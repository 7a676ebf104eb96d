package io.muster.controller.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.muster.controller.ControllerEvents;
import io.muster.controller.ControllerUnit;
import io.muster.controller.HandOverEnd;
import io.muster.error.ErrorCode;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The controller's meters, all with the prefix {@code muster_}. Make it before the {@link ControllerUnit}, which it hears as
 * its {@link ControllerEvents}; then {@link #watch} the unit. Thread-safe.
 */
public final class ControllerMetrics implements ControllerEvents {
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private static final CauseKind[] VERDICTS = {
        CauseKind.SESSION_TIMEOUT, CauseKind.PROOF_OF_DEATH, CauseKind.GRAY_FAILURE
    };

    private final MeterRegistry registry;
    private final Timer wait;
    private final Timer commit;
    private final Timer failover;
    private final Counter batches;
    private final Counter speculationsEnded;
    private final Map<HandOverEnd, Timer> handOvers = new EnumMap<>(HandOverEnd.class);
    private final ConcurrentHashMap<String, Timer> processing = new ConcurrentHashMap<>();

    public ControllerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.wait = timer("muster.event.queue.wait", "Time a command waits before it is decided");
        this.commit = timer("muster.commit", "Time from handing an entry to the log until it is applied");
        this.failover = timer(
                "muster.failover",
                "Time from the first sign of a broker's death (or its session's end) until its work is granted and"
                        + " committed");
        for (HandOverEnd end : HandOverEnd.values()) {
            handOvers.put(
                    end,
                    Timer.builder("muster.handover")
                            .description(
                                    "Time from telling the owner of a partition to let go until it has (released), its"
                                            + " lease ran out (lease_over), or it was gone (lost); alert on lease_over: it means"
                                            + " an application that does not let go")
                            .tag("outcome", lower(end))
                            .serviceLevelObjectives(BUCKETS)
                            .register(registry));
        }
        this.batches = Counter.builder("muster.batches")
                .description("Batches that this controller decided and that were applied")
                .register(registry);
        this.speculationsEnded = Counter.builder("muster.speculations.ended")
                .description("Times that the outcome of an append was in doubt and decisions waited for the log")
                .register(registry);
        for (CauseKind verdict : VERDICTS) {
            fencings(verdict); // shown as 0 from the start: a counter that appears at 1 rises for nobody
        }
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Adds the meters that are read from the unit. Call once. */
    public void watch(ControllerUnit unit) {
        gauge("muster.controller.active", "1 while this node is the controller", unit, u -> u.isActive() ? 1 : 0);
        gauge("muster.controller.epoch", "Epoch in which this node is the controller; 0 when it is not", unit, u -> {
            return (double) u.epoch();
        });
        gauge("muster.event.queue.size", "Commands that wait for a decision", unit, u -> {
            return u.queueSize();
        });
        gauge("muster.metadata.offset", "Next offset of this node's committed image", unit, u -> {
            return (double) u.image().nextOffset();
        });
        gauge(
                "muster.fencing.held",
                "1 while fencing is held because too many brokers look dead at once; alert on it: their work stands still"
                        + " until they come back or an operator decides",
                unit,
                u -> u.liveness().fencingHold().isEmpty() ? 0 : 1);
        gauge(
                "muster.fencing.held.brokers",
                "Brokers that look dead and are not fenced because fencing is held",
                unit,
                u -> u.liveness().heldBrokers());
        counter(
                "muster.heartbeats",
                "Heartbeats that arrived",
                unit,
                u -> u.liveness().heartbeats());
        counter(
                "muster.lease.renewals",
                "Leases granted",
                unit,
                u -> u.liveness().leaseRenewals());
        counter(
                "muster.barriers",
                "Barriers handed to the log",
                unit,
                u -> u.liveness().barriers());
        for (BrokerState state : new BrokerState[] {BrokerState.FENCED, BrokerState.UNFENCED, BrokerState.STOPPING}) {
            Gauge.builder("muster.brokers", unit, u -> brokers(u.image(), state))
                    .tag("state", lower(state))
                    .description("Registered brokers in a state")
                    .register(registry);
        }
        partitions(unit, "all", i -> i.partitionCount());
        partitions(unit, "leaderless", i -> i.sets().leaderlessCount());
        partitions(unit, "unsettled", i -> i.sets().unsettledCount());
        partitions(unit, "not_preferred", i -> i.sets().notPreferredCount());
        partitions(unit, "not_ready", i -> i.sets().notReadyCount());
        partitions(unit, "parked", i -> i.parkedCount());
        partitions(unit, "suspected", i -> i.suspectCount());
        gauge("muster.resources", "Resources", unit, u -> u.image().resourceCount());
    }

    private void partitions(ControllerUnit unit, String state, ToDoubleFunction<MetadataImage> count) {
        Gauge.builder("muster.partitions", unit, u -> count.applyAsDouble(u.image()))
                .tag("state", state)
                .description("Partitions: all; without a leader; in a hand-over or move; led by another than the first"
                        + " replica; with a replica that is not ready; parked, because owner after owner failed to lead it"
                        + " or died of it (alert on it: it is not served until 'muster partitions release'); suspected"
                        + " of that, parked ones included")
                .register(registry);
    }

    private void gauge(String name, String description, ControllerUnit unit, ToDoubleFunction<ControllerUnit> value) {
        Gauge.builder(name, unit, value).description(description).register(registry);
    }

    private void counter(String name, String description, ControllerUnit unit, ToDoubleFunction<ControllerUnit> value) {
        FunctionCounter.builder(name, unit, value).description(description).register(registry);
    }

    private static int brokers(MetadataImage image, BrokerState state) {
        int count = 0;
        for (Broker broker : image.brokers()) {
            if (broker.state() == state) {
                count++;
            }
        }
        return count;
    }

    @Override
    public void onDecided(String command, long waitNs, long processingNs) {
        wait.record(waitNs, TimeUnit.NANOSECONDS);
        processing
                .computeIfAbsent(
                        command,
                        c -> Timer.builder("muster.event.queue.processing")
                                .description("Time a decision takes, until its batch is made")
                                .tag("command", c)
                                .register(registry))
                .record(processingNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onFailed(String command, ErrorCode code) {
        Counter.builder("muster.commands.failed")
                .description("Commands that were refused or failed")
                .tag("command", command)
                .tag("code", lower(code))
                .register(registry)
                .increment();
    }

    @Override
    public void onCommitted(int count, long tookNs) {
        batches.increment(count);
        commit.record(tookNs, TimeUnit.NANOSECONDS);
    }

    @Override
    public void onSpeculationEnded() {
        speculationsEnded.increment();
    }

    @Override
    public void onFenced(CauseKind kind, long sinceNs) {
        fencings(kind).increment();
        long tookNs = registry.config().clock().monotonicTime() - sinceNs;
        failover.record(Math.max(0, tookNs), TimeUnit.NANOSECONDS);
    }

    private Counter fencings(CauseKind kind) {
        return Counter.builder("muster.fencings")
                .description("Brokers fenced by the controller's own verdict: session_timeout, proof_of_death, or"
                        + " gray_failure (unhealthy, behind with the log, or not finishing hand-overs)")
                .tag("reason", lower(kind))
                .register(registry);
    }

    @Override
    public void onHandOver(HandOverEnd end, long tookNs) {
        Objects.requireNonNull(handOvers.get(end)).record(tookNs, TimeUnit.NANOSECONDS);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
