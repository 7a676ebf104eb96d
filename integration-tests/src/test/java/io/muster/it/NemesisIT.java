package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.error.MusterException;
import io.muster.it.history.CommittedLog;
import io.muster.it.history.History;
import io.muster.it.history.HistoryChecker;
import io.muster.it.history.LogKeeper;
import io.muster.it.history.Outcome;
import io.muster.it.history.RunSize;
import io.muster.it.history.Violation;
import io.muster.it.lab.NetworkLab;
import io.muster.it.lab.Skip;
import io.muster.it.lab.WallClock;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.OwnershipMode;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import io.muster.testkit.witness.ServiceGap;
import io.muster.testkit.witness.WitnessSink;
import io.muster.testkit.witness.WitnessedPartition;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real nodes, each in its own network namespace, under random faults: three voters and two brokers, administrators that
 * create, delete, move, fence and read, and owners that beat to a sink. When the last fault has healed the cluster must
 * converge without help; then the histories are judged against the log on the voters' disks.
 *
 * <p>A failure prints its seed; {@code -Dmuster.nemesis.seed=} does the same harm again, {@code -Dmuster.nemesis.seconds=} does
 * more of it. Only a machine that is very slow fails for its slowness.
 */
class NemesisIT {
    private static final int VOTERS = 3;
    private static final int BROKERS = 5;
    private static final int ADMINISTRATORS = 6;
    /** A voter keeps thousands of entries behind a snapshot, so this is often enough. */
    private static final int LOOK_EVERY_SECONDS = 5;

    private static final int TOKEN_PARTITIONS = 10;
    /** A slow machine needs longer for the same number of operations; after this many times the planned time it is given up. */
    private static final int TIMES_LONGER = 10;

    private static final Duration CONVERGENCE = Duration.ofSeconds(300);
    /** A controller that has something to do does it sooner than this. */
    private static final Duration STILL = Duration.ofSeconds(3);

    /** So begins the reason of a broker that an administrator fenced. */
    private static final String HELD = "Held by an operator";

    /** Nodes are started many times and live for seconds. */
    private static final Map<String, String> QUICK_START = Map.of("MUSTER_OPTS", "-XX:TieredStopAtLevel=1");

    @TempDir
    Path dir;

    private final long seed = Long.getLong("muster.nemesis.seed", System.nanoTime() % 1_000_000);
    private final long seconds = Long.getLong("muster.nemesis.seconds", 100);
    private final HistoryRecorder recorder = new HistoryRecorder();
    private final LogKeeper keeper = new LogKeeper();
    private final List<String> defects = Collections.synchronizedList(new ArrayList<>());

    @Test
    void nothingIsLostAndNothingIsOwnedTwiceWhateverBreaks() throws Exception {
        String impossible = NetworkLab.impossible().orElse("");
        Skip.unless(impossible.isEmpty(), impossible);
        System.out.println("nemesis: seed " + seed + "; again with -Dmuster.nemesis.seed=" + seed);
        try (NetworkLab lab = NetworkLab.create(BROKERS);
                WitnessSink sink = WitnessSink.start(new InetSocketAddress(lab.address(0), 0), recorder);
                ProcessCluster cluster = cluster(lab, sink)) {
            cluster.setPatience(CONVERGENCE);
            Nemesis nemesis = new Nemesis(seed, lab, cluster.nodes(), clocks(cluster));
            if (!nemesis.canSlowLinks()) {
                Skip.note("slow links, for this kernel holds no link to a rate (tc tbf)");
            }
            boolean passed = false;
            try {
                run(cluster, sink, nemesis);
                passed = true;
            } finally {
                if (!passed || Boolean.getBoolean("muster.nemesis.diary")) {
                    nemesis.diary().forEach(System.out::println);
                }
            }
        } finally {
            if (WallClock.isPossible()) {
                WallClock.removeLeftovers();
            }
        }
    }

    private ProcessCluster cluster(NetworkLab lab, WitnessSink sink) {
        return ProcessCluster.prepare(
                dir,
                VOTERS,
                BROKERS - VOTERS,
                List.of("--workload", "witness", "--witness-sink", sink.address(), "--witness-interval", "200ms"),
                Map.of(
                        "quorum.election.timeout.ms",
                        "1000",
                        "snapshot.interval.batches",
                        "100000",
                        // whoever was killed often waits by itself: convergence must not take minutes for that
                        "fencing.flap.wait.ms",
                        "500",
                        "fencing.flap.wait.max.ms",
                        "4000"),
                lab);
    }

    private Map<Integer, WallClock> clocks(ProcessCluster cluster) {
        Map<Integer, WallClock> clocks = new HashMap<>();
        cluster.nodes().forEach(node -> node.setEnvironment(QUICK_START));
        if (!WallClock.isPossible()) {
            Skip.note("steps of the wall clock, for libfaketime is not installed (Debian package faketime)");
            return clocks;
        }
        for (NodeProcess node : cluster.nodes()) {
            WallClock clock = new WallClock(dir.resolve("clock-" + node.id()));
            Map<String, String> environment = new HashMap<>(QUICK_START);
            environment.putAll(clock.environment());
            node.setEnvironment(environment);
            clocks.put(node.id(), clock);
        }
        return clocks;
    }

    private void run(ProcessCluster cluster, WitnessSink sink, Nemesis nemesis) throws Exception {
        cluster.nodes().forEach(NodeProcess::start);
        cluster.awaitUnfenced(IntStream.rangeClosed(1, BROKERS).toArray());
        cluster.create(AdminLoad.WORK, AdminLoad.WORK_PARTITIONS, 3);
        cluster.controller(stub -> stub.createResource(CreateResourceRequest.newBuilder()
                .setName("token")
                .setPartitions(TOKEN_PARTITIONS)
                .setReplicas(2)
                .setOwnership(OwnershipMode.TOKEN_FENCED)
                .build()));
        awaitServed(cluster, sink, System.nanoTime());

        long began = System.nanoTime();
        harm(cluster, nemesis);
        double harmed = secondsSince(began);

        long healed = System.nanoTime();
        cluster.awaitThat("every broker may own work", () -> takeFencesBack(cluster));
        cluster.awaitAllLedBy(IntStream.rangeClosed(1, BROKERS).toArray());
        awaitServed(cluster, sink, healed);
        long end = awaitSettled(cluster);
        double converged = secondsSince(healed);

        sink.close();
        cluster.nodes().forEach(NodeProcess::kill);
        List<Violation> violations = judge(cluster, nemesis, end);
        String summary = summary(nemesis, harmed)
                + " longest gap of a partition %.1f s, converged in %.1f s; %d batches, %d violations"
                        .formatted(longestGap(sink, began), converged, end, violations.size());
        System.out.println(summary);
        assertThat(violations).as(summary).isEmpty();
        assertThat(defects).as(summary).isEmpty();
        assertThat(nemesis.surprises()).as(summary).isEmpty();
    }

    private String summary(Nemesis nemesis, double seconds) {
        return "nemesis: seed %d, %.0f s, %d operations (%d changes acknowledged, %d refused, %d unknown), %d faults %s;"
                        .formatted(
                                seed,
                                seconds,
                                recorder.operations(),
                                recorder.count(Outcome.OK),
                                recorder.count(Outcome.REFUSED),
                                recorder.count(Outcome.UNKNOWN),
                                nemesis.faults(),
                                nemesis.byKind())
                + " %d effects; longest without an acknowledged change %.1f s,"
                        .formatted(recorder.history().effects().size(), recorder.longestSilenceSeconds());
    }

    private static double longestGap(WitnessSink sink, long sinceNanos) {
        return sink.gapsSince(sinceNanos).stream()
                        .filter(gap -> gap.partition().resource().equals(AdminLoad.WORK))
                        .mapToDouble(ServiceGap::millis)
                        .max()
                        .orElse(0)
                / 1e3;
    }

    private void harm(ProcessCluster cluster, Nemesis nemesis) throws InterruptedException {
        List<NodeProcess> voters = cluster.nodes().subList(0, VOTERS);
        Map<AdminLoad, Thread> loads = new LinkedHashMap<>();
        for (int i = 0; i < ADMINISTRATORS; i++) {
            AdminLoad load = new AdminLoad(i, seed, voters, BROKERS, recorder, defects);
            Thread thread = new Thread(load, "administrator-" + i);
            thread.setDaemon(true);
            loads.put(load, thread);
        }
        try {
            loads.values().forEach(Thread::start);
            recorder.begin();
            nemesis.start();
            long began = System.nanoTime();
            while (secondsSince(began) < seconds
                    || (!size(nemesis).isEnough() && secondsSince(began) < seconds * TIMES_LONGER)) {
                TimeUnit.SECONDS.sleep(LOOK_EVERY_SECONDS);
                look(cluster);
            }
        } finally {
            // whatever went wrong, nobody may go on while the nodes and the lab are taken down
            try {
                nemesis.stop();
            } finally {
                loads.keySet().forEach(AdminLoad::stop);
                for (Thread thread : loads.values()) {
                    thread.join();
                }
            }
        }
    }

    private void look(ProcessCluster cluster) {
        for (NodeProcess voter : cluster.nodes().subList(0, VOTERS)) {
            try {
                keeper.look(voter.dir());
            } catch (MusterException | UncheckedIOException e) {
                // it cut its tail while it was read; what was read before is whole
                System.out.println("nemesis: " + e.getMessage());
            }
        }
    }

    private RunSize size(Nemesis nemesis) {
        return new RunSize(recorder.operations(), nemesis.faults());
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    /** Ends what an administrator began, and that alone: the others must come back by themselves. True if no broker is fenced. */
    private static boolean takeFencesBack(ProcessCluster cluster) {
        List<BrokerInfo> fenced = cluster.brokers().values().stream()
                .filter(b -> b.getState() != BrokerState.UNFENCED)
                .toList();
        for (BrokerInfo broker : fenced) {
            if (!broker.getReason().startsWith(HELD)) {
                continue;
            }
            cluster.tryController(stub -> stub.setBrokerFence(SetBrokerFenceRequest.newBuilder()
                    .setId(broker.getId())
                    .setFenced(false)
                    .build()));
        }
        return fenced.isEmpty();
    }

    private static void awaitServed(ProcessCluster cluster, WitnessSink sink, long sinceNanos) {
        cluster.awaitThat("every partition is served", () -> {
            Set<String> served = sink.services().stream()
                    .filter(s -> s.lastNanos() - sinceNanos >= 0)
                    .map(s -> s.partition())
                    .map(WitnessedPartition::toString)
                    .collect(Collectors.toSet());
            List<PartitionInfo> all = cluster.partitions();
            return !all.isEmpty()
                    && all.stream().allMatch(p -> served.contains(p.getResource() + "/" + p.getPartition()));
        });
    }

    /**
     * Waits until nothing is left to decide and every voter has all that was; returns how many batches that is. Whoever kills
     * the nodes earlier finds the last batches on a majority of the voters only, and that is no fault.
     */
    private static long awaitSettled(ProcessCluster cluster) {
        AtomicLong end = new AtomicLong(-1);
        AtomicLong stillSince = new AtomicLong();
        cluster.awaitThat("all is settled, and every voter has all", () -> {
            boolean settled =
                    cluster.partitions().stream().allMatch(p -> p.getPhase().equals("steady"));
            DescribeQuorumReply quorum = cluster.quorum();
            if (end.getAndSet(quorum.getHighWatermark()) != quorum.getHighWatermark() || !settled) {
                stillSince.set(System.nanoTime());
                return false;
            }
            return System.nanoTime() - stillSince.get() >= STILL.toNanos() && quorum.getMaxFollowerLag() == 0;
        });
        return end.get();
    }

    private List<Violation> judge(ProcessCluster cluster, Nemesis nemesis, long end) {
        History history = recorder.history();
        List<Violation> violations = new ArrayList<>();
        look(cluster);
        CommittedLog first = keeper.of(cluster.node(1).dir(), end);
        for (int id = 1; id <= VOTERS; id++) {
            CommittedLog log = keeper.of(cluster.node(id).dir(), end);
            violations.addAll(HistoryChecker.complete("voter " + id, log, end));
            violations.addAll(HistoryChecker.compare("voter 1", first, "voter " + id, log));
        }
        violations.addAll(HistoryChecker.check(history, first));
        violations.addAll(size(nemesis).check());
        return violations;
    }
}
