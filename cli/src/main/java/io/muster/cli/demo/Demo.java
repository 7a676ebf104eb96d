package io.muster.cli.demo;

import io.muster.cli.Table;
import io.muster.cli.cluster.HostPort;
import io.muster.cli.demo.DemoSettings.Fault;
import io.muster.cli.demo.DemoSettings.Victim;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Cause;
import io.muster.node.config.ConfigKeys;
import io.muster.node.config.NodeConfig;
import io.muster.node.config.NodeConfigReader;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.testkit.witness.WitnessSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The story of the demo, from an empty directory to the last word. Used by one thread. */
final class Demo {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration WORK_LIMIT = Duration.ofSeconds(60);
    /** Beyond the session timeout: an election, the decision, and slow machines. */
    private static final Duration FAILOVER_SLACK = Duration.ofSeconds(20);

    private static final long POLL_MS = 50;

    private final DemoSettings settings;
    private final Narrator narrator;

    Demo(DemoSettings settings, Narrator narrator) {
        this.settings = settings;
        this.narrator = narrator;
    }

    /**
     * Runs it.
     *
     * @param onReport told the outcome, before a kept cluster is waited for
     * @throws MusterException with a sentence if anything does not work or does not converge
     */
    void run(Consumer<Report> onReport) throws InterruptedException, IOException {
        boolean cuts = settings.fault() == Fault.partition && settings.victim() != Victim.none;
        try (DemoNetwork network = cuts ? DemoNetwork.create(settings.nodes(), new Random()) : null;
                WitnessSink sink = network == null
                        ? WitnessSink.start()
                        : WitnessSink.start(new InetSocketAddress(network.sinkHost(), 0))) {
            DemoCluster cluster = DemoCluster.prepare(settings, new FreePorts(new Random()), sink.address(), network);
            // Ctrl-C, or whatever else ends this process, must leave nothing behind; the network sees to itself
            Thread cleanUp = new Thread(
                    () -> {
                        cluster.killAllNow();
                        cluster.delete();
                    },
                    "demo-clean-up");
            Runtime.getRuntime().addShutdownHook(cleanUp);
            boolean good = false;
            try (ClusterView view = new ClusterView(
                    cluster.nodes().stream().map(DemoNode::listener).toList())) {
                Report report = tell(cluster, view, sink, network);
                onReport.accept(report);
                if (settings.keep()) {
                    keep(cluster);
                }
                good = true;
            } finally {
                if (good) {
                    cluster.stop();
                } else {
                    cluster.killAllNow();
                }
                if (!isShuttingDown(cleanUp)) {
                    if (good) {
                        cluster.delete();
                    } else {
                        narrator.say("Stopped; the nodes' logs are kept in " + cluster.dir() + " (node-*.log)");
                    }
                }
            }
        }
    }

    private static boolean isShuttingDown(Thread cleanUp) {
        try {
            Runtime.getRuntime().removeShutdownHook(cleanUp);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private Report tell(DemoCluster cluster, ClusterView view, WitnessSink sink, @Nullable DemoNetwork network)
            throws InterruptedException {
        start(cluster, view);
        create(cluster, view, sink);
        show(view);
        if (settings.fault() == Fault.restart) {
            return new RollingRestart(settings, cluster, view, sink, narrator).run();
        }
        int before = view.controller();
        if (settings.victim() == Victim.none) {
            narrator.say("Nobody is killed, as asked.");
            return new DemoReport(
                    settings,
                    null,
                    before,
                    before,
                    sessionTimeoutMs(cluster),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    sink.totals().overlaps(),
                    null,
                    null);
        }
        DemoNode victim = cluster.node(settings.victim() == Victim.controller ? before : busiest(view, before));
        // two intervals: that is what one lost heartbeat looks like
        long overdueMs = 2 * config(cluster).get(ConfigKeys.HEARTBEAT_INTERVAL_MS);
        // a node that is cut off would be asked in vain
        List<HostPort> others = cluster.nodes().stream()
                .filter(node -> node != victim)
                .map(DemoNode::listener)
                .toList();
        try (ClusterView survivors = new ClusterView(others);
                Failover failover = new Failover(cluster, settings.voters(), victim.id(), sink, overdueMs)) {
            return fail(cluster, survivors, sink, victim, before, failover, Blow.of(settings.fault(), victim, network));
        }
    }

    private void start(DemoCluster cluster, ClusterView view) throws InterruptedException {
        narrator.say("Starting " + settings.nodes() + " nodes, " + settings.voters() + " of them voters, in "
                + cluster.dir());
        cluster.start();
        await(START_LIMIT, cluster, () -> unfenced(view) == settings.nodes(), () -> {
            int there = unfenced(view);
            return "only " + there + " of " + settings.nodes() + " brokers were unfenced";
        });
        narrator.say("All brokers are unfenced; node " + view.controller() + " is the controller");
    }

    private static int unfenced(ClusterView view) {
        return (int) view.tryBrokers().orElse(List.of()).stream()
                .filter(b -> b.getState() == BrokerState.UNFENCED)
                .count();
    }

    private void create(DemoCluster cluster, ClusterView view, WitnessSink sink) throws InterruptedException {
        view.create(DemoSettings.RESOURCE, settings.partitions(), settings.replicas());
        long since = System.nanoTime();
        await(
                WORK_LIMIT,
                cluster,
                () -> sink.services().stream()
                                .filter(s -> s.lastNanos() - since >= 0)
                                .count()
                        >= settings.partitions(),
                () -> "only " + sink.services().size() + " of " + settings.partitions() + " partitions are served");
        await(
                WORK_LIMIT,
                cluster,
                () -> view.partitions().stream().allMatch(p -> p.getReadyCount() == settings.replicas()),
                () -> "not every replica is ready");
        narrator.say("Resource '" + DemoSettings.RESOURCE + "': " + settings.partitions() + " partitions of "
                + settings.replicas() + " replicas; every one is led, ready and served");
    }

    private void show(ClusterView view) {
        Map<Integer, Long> standby = view.partitions().stream()
                .flatMap(p -> p.getReplicasList().stream().filter(r -> r != p.getLeader()))
                .collect(Collectors.groupingBy(r -> r, Collectors.counting()));
        int controller = view.controller();
        narrator.blank();
        new Table<BrokerInfo>()
                .number("BROKER", BrokerInfo::getId)
                .text("STATE", BrokerInfo::getState)
                .number("LEADS", BrokerInfo::getLeaders)
                .number("STANDS BY", b -> standby.getOrDefault(b.getId(), 0L))
                .text("ENDPOINT", BrokerInfo::getEndpoint)
                .text("ROLE", b -> b.getId() == controller ? "controller" : b.getVoter() ? "voter" : "broker")
                .print(narrator.writer(), view.brokers());
        narrator.blank();
    }

    /** The broker that leads most; of several, one that is not the controller, because that shows the plain case. */
    private static int busiest(ClusterView view, int controller) {
        return view.brokers().stream()
                .max(Comparator.comparing(BrokerInfo::getLeaders)
                        .thenComparing(b -> b.getId() != controller)
                        .thenComparing(BrokerInfo::getId))
                .map(BrokerInfo::getId)
                .orElseThrow();
    }

    private DemoReport fail(
            DemoCluster cluster,
            ClusterView view,
            WitnessSink sink,
            DemoNode victim,
            int before,
            Failover failover,
            Blow blow)
            throws InterruptedException {
        long sessionMs = sessionTimeoutMs(cluster);
        Duration limit = FAILOVER_SLACK.plusMillis(sessionMs);
        List<PartitionInfo> partitions = view.partitions();
        failover.prepare(
                partitions,
                partitions.stream()
                                .mapToLong(PartitionInfo::getLeaderEpoch)
                                .max()
                                .orElse(0)
                        + 1,
                view.controllerEpoch());
        narrator.say(blow.name() + " node " + victim.id() + (victim.id() == before ? ", the controller," : ",")
                + " which leads " + failover.led() + " partitions");
        long refusedBefore = sink.refusals(victim.id());
        failover.strike(blow.strike());
        if (!failover.awaitLed(view, limit)) {
            throw notConverged(
                    failover.unled() + " partitions had no new leader " + limit.toSeconds() + " s after the fault");
        }
        if (!failover.awaitServed(limit)) {
            throw notConverged(failover.unserved() + " partitions were led but not served " + limit.toSeconds()
                    + " s after the fault");
        }
        Cause cause = failover.fencedBy();
        narrator.blank();
        boolean lives = settings.fault() != Fault.kill;
        long refusedMeanwhile = sink.refusals(victim.id()) - refusedBefore;
        if (settings.fault() == Fault.pause) {
            moment("its last action", failover.lastActedMs(), "then it stood still");
        }
        moment("suspected", failover.suspectedMs(), "");
        if (failover.firstCommitMs() != null) {
            moment("first change committed", failover.firstCommitMs(), "by the next controller");
        }
        if (settings.fault() == Fault.partition) {
            moment(
                    "its last action",
                    failover.lastActedMs(),
                    "then its own guards refused (" + refusedMeanwhile + " attempts)");
        }
        moment("fenced", failover.fencedMs(), cause == null ? "" : cause.getSentence());
        moment("first partition led again", failover.firstLedMs(), "");
        moment("last partition led again", failover.lastLedMs(), "as every survivor sees it");
        moment("last partition served again", failover.lastServedMs(), "as the work itself sees it");
        narrator.blank();
        long refusedAsleep = sink.refusals(victim.id());
        long restartedMs = failover.sinceFaultMs();
        blow.undo().run();
        narrator.say("Node " + victim.id() + " is " + blow.undone());
        await(
                WORK_LIMIT,
                cluster,
                () -> view.isUnfenced(victim.id(), 1),
                () -> "node " + victim.id()
                        + (view.isUnfenced(victim.id(), 0)
                                ? " is back, but was given no work"
                                : " was not unfenced again"));
        long rejoinedMs = failover.sinceFaultMs();
        int after = view.controller();
        narrator.say(
                "Node " + victim.id() + " is back and leads again, " + (rejoinedMs - restartedMs) + " ms after that");
        Long refused =
                switch (settings.fault()) {
                    case kill, restart -> null;
                    case pause -> sink.refusals(victim.id()) - refusedAsleep;
                    case partition -> refusedMeanwhile;
                };
        DemoReport report = new DemoReport(
                settings,
                victim.id(),
                before,
                after,
                sessionMs,
                failover.firstCommitMs(),
                failover.suspectedMs(),
                failover.fencedMs(),
                cause == null ? null : cause.getKind().name(),
                failover.firstLedMs(),
                failover.lastLedMs(),
                failover.lastServedMs(),
                failover.longestGapMs(),
                restartedMs,
                rejoinedMs,
                sink.totals().overlaps(),
                lives ? failover.lastActedMs() : null,
                refused);
        conclude(report, sink);
        return report;
    }

    private void moment(String what, @Nullable Long ms, String remark) {
        narrator.detail("%-28s %s%s"
                .formatted(
                        what,
                        ms == null ? "    not seen" : "+ %6d ms".formatted(ms),
                        remark.isEmpty() ? "" : "   " + remark));
    }

    private void conclude(DemoReport report, WitnessSink sink) {
        if (report.overlaps() > 0) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Two nodes owned one partition at once, " + report.overlaps() + " times: "
                            + sink.overlaps().get(0) + ". This must never happen.");
        }
        Long refused = report.refused();
        if (refused != null && refused == 0) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Node " + report.killed()
                            + (settings.fault() == Fault.pause
                                    ? " was never seen to refuse anything after it woke"
                                    : " was never seen to refuse anything while it was cut off")
                            + ", though it led partitions: the demo proves nothing.");
        }
        Long lastActed = report.lastActedMs();
        Long firstLed = report.firstLedMs();
        if (settings.fault() == Fault.partition && lastActed != null && firstLed != null && lastActed > firstLed) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Node " + report.killed() + " still acted " + lastActed
                            + " ms after it was cut off, and others led its" + " partitions after " + firstLed
                            + " ms. This must never happen.");
        }
        narrator.say("Done: no partition was ever owned twice (" + sink.totals().accepted()
                + " signs of life, overlaps: "
                + report.overlaps()
                + switch (settings.fault()) {
                    case kill, restart -> "";
                    case pause -> ", refusedAfterWake: " + refused;
                    case partition -> ", refusedWhileCut: " + refused;
                }
                + "); the controller " + (report.controllerAfter() == report.controllerBefore() ? "still is" : "now is")
                + " node " + report.controllerAfter());
    }

    private static NodeConfig config(DemoCluster cluster) {
        return NodeConfigReader.read(cluster.nodes().get(0).config());
    }

    private static long sessionTimeoutMs(DemoCluster cluster) {
        return config(cluster).get(ConfigKeys.SESSION_TIMEOUT_MS);
    }

    private void keep(DemoCluster cluster) throws InterruptedException {
        narrator.say("The cluster stays until Ctrl-C. To reach it, in another terminal:");
        narrator.detail("export MUSTER_BOOTSTRAP=" + cluster.bootstrap());
        narrator.detail("bin/muster brokers list");
        new CountDownLatch(1).await();
    }

    /** Waits, and gives up at once when a node has ended that should run. */
    private void await(
            Duration limit,
            DemoCluster cluster,
            BooleanSupplier condition,
            java.util.function.Supplier<String> otherwise)
            throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            cluster.nodes().forEach(DemoNode::checkAlive);
            if (System.nanoTime() - deadline > 0) {
                throw notConverged(otherwise.get() + " after " + limit.toSeconds() + " s");
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static MusterException notConverged(String what) {
        return new MusterException(ErrorCode.FAILED_PRECONDITION, "The demo did not converge: " + what + ".");
    }
}
