package io.muster.testkit;

import io.muster.agent.Workload;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import io.muster.testkit.sim.SimApplication;
import io.muster.testkit.sim.SimHost;
import io.muster.testkit.sim.SimSetup;
import io.muster.testkit.sim.SimView;
import io.muster.testkit.sim.Simulate;
import io.muster.testkit.sim.SimulationFailed;
import io.muster.testkit.sim.SimulationSummary;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs your {@link Workload} in simulated clusters that break: processes crash and pause, networks part, controllers are lost,
 * clocks drift, disks are damaged. The real controller and the real agent run; time is virtual, so an hour takes seconds; each
 * seed is one run, and the same seed is always the same run.
 *
 * <pre>{@code
 * Rehearsal.of(Ledger::new, (broker, ledger) -> new Billing(ledger, broker.scheduler()))
 *         .partitions(12).replicas(2)
 *         .seeds(1, 200).duration(Duration.ofMinutes(30))
 *         .check((cluster, ledger) -> assertThat(ledger.billedTwice()).isEmpty())
 *         .run();
 * }</pre>
 *
 * <p>What all brokers share (a database, a queue) is the <em>world</em>: one object for each run, yours. A workload does its
 * work on {@link RehearsedBroker#scheduler}, never on threads of its own: everything in a run happens on one thread, and a
 * callback or a task happens at one instant. To rehearse an effect that is late, let the world schedule it.
 *
 * @param <W> the world
 */
public final class Rehearsal<W> {
    private final Supplier<W> world;
    private final BiFunction<RehearsedBroker, W, ? extends Workload> workload;
    private BiConsumer<RehearsedCluster, W> check = (cluster, w) -> {};
    private BiConsumer<RehearsedCluster, W> checkWhole = (cluster, w) -> {};
    private long firstSeed = 1;
    private long lastSeed = 20;
    private Duration duration = Duration.ofMinutes(15);
    private int brokers;
    private int partitions = 12;
    private int replicas = 2;
    private StateKind state = StateKind.STATE_NONE;
    private OwnershipMode ownership = OwnershipMode.LEASED;
    private boolean faults = true;
    private int threads = 1;
    private @Nullable Consumer<String> trace;

    private Rehearsal(Supplier<W> world, BiFunction<RehearsedBroker, W, ? extends Workload> workload) {
        this.world = world;
        this.workload = workload;
    }

    /** A workload that shares nothing with others. */
    public static Rehearsal<Object> of(Function<RehearsedBroker, ? extends Workload> workload) {
        return new Rehearsal<>(Object::new, (broker, world) -> workload.apply(broker));
    }

    /**
     * A workload in a world.
     *
     * @param world makes what all brokers of one run share
     * @param workload makes the workload of a process that has just started
     */
    public static <W> Rehearsal<W> of(Supplier<W> world, BiFunction<RehearsedBroker, W, ? extends Workload> workload) {
        return new Rehearsal<>(world, workload);
    }

    /** One run for each seed from {@code first} to {@code last}. Default: 1 to 20. */
    public Rehearsal<W> seeds(long first, long last) {
        require(first <= last, "seeds " + first + " to " + last + " are none");
        firstSeed = first;
        lastSeed = last;
        return this;
    }

    /** Simulated time of each run. Default: 15 minutes. */
    public Rehearsal<W> duration(Duration each) {
        require(!each.isNegative() && !each.isZero(), "a run needs some time");
        duration = each;
        return this;
    }

    /** How many brokers. Default: each seed chooses, from 2 to 30. */
    public Rehearsal<W> brokers(int count) {
        require(count >= 2 && count <= 50, "from 2 to 50 brokers can be simulated, not " + count);
        brokers = count;
        return this;
    }

    /** Partitions of the resource, which is called {@link RehearsedCluster#RESOURCE}. Default: 12. */
    public Rehearsal<W> partitions(int count) {
        require(count >= 1, "at least one partition is needed");
        partitions = count;
        return this;
    }

    /** Replicas of each partition. Default: 2. */
    public Rehearsal<W> replicas(int count) {
        require(count >= 1, "at least one replica is needed");
        replicas = count;
        return this;
    }

    /** Only a replica that was ready when it stopped may lead again. Default: any replica may become ready. */
    public Rehearsal<W> durable() {
        state = StateKind.STATE_DURABLE;
        return this;
    }

    /** The storage checks the epoch on every write, so grants do not wait for leases. Default: they do. */
    public Rehearsal<W> fenced() {
        ownership = OwnershipMode.TOKEN_FENCED;
        return this;
    }

    /** Nothing breaks: to see the workload work at all. */
    public Rehearsal<W> withoutFaults() {
        faults = false;
        return this;
    }

    /** Runs at a time. Each has its own thread and its own world. Default: 1. */
    public Rehearsal<W> threads(int count) {
        require(count >= 1, "at least one thread is needed");
        threads = count;
        return this;
    }

    /** Called after every step: what it throws ends the run as failed. Keep it cheap. */
    public Rehearsal<W> check(BiConsumer<RehearsedCluster, W> always) {
        check = always;
        return this;
    }

    /** Called whenever faults have ended and the cluster has converged, several times in a run. */
    public Rehearsal<W> checkWhenWhole(BiConsumer<RehearsedCluster, W> whole) {
        checkWhole = whole;
        return this;
    }

    /** Hears everything that happens, in words. Best with one seed. */
    public Rehearsal<W> trace(Consumer<String> lines) {
        trace = lines;
        return this;
    }

    /**
     * Runs every seed.
     *
     * @return what the runs were
     * @throws RehearsalFailed for the first seed that failed, with what led to it and how to see it again
     */
    public RehearsalResult run() {
        SimSetup.Work work = new SimSetup.Work(RehearsedCluster.RESOURCE, partitions, replicas, state, ownership);
        long count = lastSeed - firstSeed + 1;
        AtomicBoolean failed = new AtomicBoolean();
        SimulationSummary summary = new Simulate(
                        firstSeed,
                        count,
                        duration,
                        (int) Math.min(threads, count),
                        new SimSetup(Application::new, brokers, work, faults))
                .run(
                        () -> !failed.get(),
                        () -> true,
                        soFar -> {
                            if (!soFar.failures().isEmpty()) {
                                failed.set(true);
                            }
                        },
                        trace);
        for (SimulationFailed failure : summary.failures()) {
            throw new RehearsalFailed(failure);
        }
        return new RehearsalResult(summary.seeds(), summary.simulatedHours(), summary.faultCount());
    }

    /** One run's world, and the workloads in it. */
    private final class Application implements SimApplication {
        private final W shared = world.get();

        @Override
        public Workload start(SimHost host) {
            return workload.apply(new RehearsedBroker(host.nodeId(), host.scheduler(), host.nanoClock()), shared);
        }

        @Override
        public void stepped(SimView cluster) {
            check.accept(new RehearsedCluster(cluster), shared);
        }

        @Override
        public void converged(SimView cluster) {
            checkWhole.accept(new RehearsedCluster(cluster), shared);
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
