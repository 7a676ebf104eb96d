package io.muster.testkit.sim;

import io.muster.metadata.image.MetadataImage;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One run from one seed: the cluster forms, then rounds of faults, healing, and quiet, each with its own promise. Throws
 * {@link SimulationFailed} when an invariant does not hold. Not thread-safe.
 */
public final class Simulation {
    private static final long SECOND = 1_000_000_000;
    /** Within this much time after the last fault the cluster has converged (invariant 12). */
    private static final long CONVERGE_SECONDS = 60;
    /** How long nothing may happen when nothing happens (invariant 9). */
    private static final long QUIET_SECONDS = 15;

    private final SimPlan plan;
    private final SimCluster cluster;
    private final Nemesis nemesis;
    private final Operator operator;
    private final SplittableRandom random;
    private final @Nullable SimSetup setup;
    private final @Nullable SimApplication application;

    public Simulation(long seed, PlantedBugs bugs) {
        this(seed, bugs, null);
    }

    /** @param trace hears everything that happens, in words; null if nobody wants to */
    public Simulation(long seed, PlantedBugs bugs, @Nullable Consumer<String> trace) {
        this(seed, bugs, null, trace);
    }

    /**
     * @param setup an application of one's own; null for the one that is made up
     * @param trace hears everything that happens, in words; null if nobody wants to
     */
    public Simulation(long seed, PlantedBugs bugs, @Nullable SimSetup setup, @Nullable Consumer<String> trace) {
        SimPlan anyPlan = SimPlan.of(seed);
        this.setup = setup;
        this.application = setup == null ? null : setup.application().get();
        this.plan = setup == null || setup.brokers() == 0 ? anyPlan : anyPlan.withBrokers(setup.brokers());
        this.random = new SplittableRandom(seed ^ 0x5eed);
        this.cluster = new SimCluster(plan, bugs, application, trace);
        this.nemesis = new Nemesis(cluster, random.split());
        this.operator = new Operator(cluster, random.split(), setup == null);
    }

    /** Runs for about {@code minutes} of simulated time. */
    public SimulationResult run(long minutes) {
        return run(Duration.ofMinutes(minutes), () -> true);
    }

    /**
     * Runs for about {@code duration} of simulated time.
     *
     * @param goOn asked every few simulated minutes whether to go on
     */
    public SimulationResult run(Duration duration, BooleanSupplier goOn) {
        long end = cluster.queue().nowNs() + duration.toNanos();
        try {
            form();
            while (cluster.queue().nowNs() < end && goOn.getAsBoolean()) {
                round();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new SimulationFailed(plan.toString(), plan.seed(), duration, cluster.trace(), e);
        }
        return new SimulationResult(
                plan.seed(),
                cluster.queue().nowNs(),
                cluster.queue().done(),
                cluster.queue().hash(),
                cluster.invariants().image().nextOffset(),
                operator.answered(),
                cluster.invariants().checks(),
                cluster.faults());
    }

    private void form() {
        converge("after the start");
        if (setup != null) {
            operator.create(setup.resource());
            cluster.runFor(5 * SECOND);
            return;
        }
        operator.create("base", 8 + random.nextInt(24), 2, false);
        operator.create("single", 4 + random.nextInt(8), 1, false);
        cluster.runFor(5 * SECOND);
    }

    private void round() {
        boolean faults = setup == null || setup.faults();
        if (faults) {
            operator.start();
            nemesis.start();
        }
        cluster.runFor((20 + random.nextInt(120)) * SECOND);
        nemesis.heal();
        operator.stop();
        converge("after the last fault");
        nothingParked();
        cluster.invariants().checkAll();
        quiet();
        if (application != null) {
            application.converged(cluster.view());
        }
        if (faults && random.nextInt(3) == 0) {
            loseOne();
        }
    }

    private void converge(String when) {
        long deadline = cluster.queue().nowNs() + CONVERGE_SECONDS * SECOND;
        Optional<String> missing = Optional.of("it has only begun");
        while (cluster.queue().nowNs() < deadline) {
            cluster.runFor(SECOND / 2);
            missing = missing();
            if (missing.isEmpty()) {
                return;
            }
        }
        cluster.invariants()
                .judge(
                        12,
                        false,
                        "not converged " + CONVERGE_SECONDS + " s " + when + ": " + missing.orElse("it just has"));
    }

    /** No partition of this cluster harms its owners: whatever happened, none may be taken for one that does. */
    private void nothingParked() {
        int parked = cluster.invariants().image().parkedCount();
        cluster.invariants().judge(12, parked == 0, parked + " partitions are parked, and none harms its owners");
    }

    private Optional<String> missing() {
        TreeSet<Integer> brokers = new TreeSet<>();
        for (SimNode node : cluster.nodes()) {
            if (!node.runs()) {
                // It left in good order just when the faults ended.
                cluster.start(node.id);
            }
            if (node.broker != null && node.broker.isLeaving()) {
                return Optional.of("broker " + node.id + " is still leaving, to come back");
            }
            if (plan.isBroker(node.id)) {
                brokers.add(node.id);
            }
        }
        if (cluster.controller() == null) {
            return Optional.of("there is no controller");
        }
        for (int voter : cluster.voterIds()) {
            if (cluster.node(voter).disk != DiskState.WHOLE) {
                return Optional.of("voter " + voter + " has not caught up after its disk was replaced");
            }
        }
        return cluster.invariants().notConverged(brokers);
    }

    /** Invariant 9: balance comes to an end, and then nothing is written any more. */
    private void quiet() {
        long deadline = cluster.queue().nowNs() + CONVERGE_SECONDS * SECOND;
        MetadataImage before = cluster.invariants().image();
        long since = cluster.queue().nowNs();
        while (cluster.queue().nowNs() - since < QUIET_SECONDS * SECOND) {
            cluster.runFor(SECOND);
            MetadataImage now = cluster.invariants().image();
            if (now.nextOffset() != before.nextOffset()) {
                before = now;
                since = cluster.queue().nowNs();
            }
            cluster.invariants()
                    .judge(
                            9,
                            cluster.queue().nowNs() <= deadline,
                            "nothing happens and the log still grows, at offset " + now.nextOffset() + ": "
                                    + cluster.invariants().lastCause());
        }
        Optional<String> missing = missing();
        cluster.invariants()
                .judge(12, missing.isEmpty(), "it had converged, was left alone, and now: " + missing.orElse(""));
    }

    /** Invariant 8: one broker dies in peace; its work is led again in time. */
    private void loseOne() {
        TreeSet<Integer> live = cluster.liveBrokers();
        if (live.size() < 3) {
            return;
        }
        int victim = live.stream().skip(random.nextInt(live.size())).findFirst().orElseThrow();
        SimNode node = cluster.node(victim);
        boolean wasLeader = victim == cluster.quorum().leader();
        boolean dark = random.nextBoolean();
        node.dark = dark;
        cluster.kill(victim);
        cluster.count(dark ? FaultKind.DARK : FaultKind.KILL);
        live.remove(victim);
        // A session timeout, or nothing with a proof; plus an election when the controller went with it.
        long patienceMs =
                (dark || wasLeader ? cluster.settings().sessionTimeoutMs() : 0) + 1000 + (wasLeader ? 2500 : 0);
        cluster.runFor(patienceMs * 1_000_000);
        Optional<String> missing = cluster.invariants().notLed(live);
        cluster.invariants()
                .judge(
                        8,
                        missing.isEmpty(),
                        patienceMs + " ms after broker " + victim + (dark ? " went dark" : " was killed")
                                + (wasLeader ? ", controller and all, " : " ") + missing.orElse(""));
        cluster.start(victim);
        converge("after a broker came back");
    }
}
