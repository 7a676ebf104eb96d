package io.muster.cli.demo;

import io.muster.cli.Table;
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
import io.muster.testkit.witness.WitnessTotals;
import java.io.IOException;
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
        try (WitnessSink sink = WitnessSink.start()) {
            DemoCluster cluster = DemoCluster.prepare(settings, new FreePorts(new Random()), sink.address());
            // Ctrl-C, or whatever else ends this process, must leave nothing behind
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
                Report report = tell(cluster, view, sink);
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

    private Report tell(DemoCluster cluster, ClusterView view, WitnessSink sink) throws InterruptedException {
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
                    null);
        }
        DemoNode victim = cluster.node(settings.victim() == Victim.controller ? before : busiest(view, before));
        // two intervals: that is what one lost heartbeat looks like
        long overdueMs = 2 * config(cluster).get(ConfigKeys.HEARTBEAT_INTERVAL_MS);
        try (Failover failover = new Failover(cluster, settings.voters(), victim.id(), sink, overdueMs)) {
            return fail(cluster, view, sink, victim, before, failover);
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
            DemoCluster cluster, ClusterView view, WitnessSink sink, DemoNode victim, int before, Failover failover)
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
        boolean pause = settings.fault() == Fault.pause;
        narrator.say((pause ? "kill -STOP" : "kill -9") + " of node " + victim.id()
                + (victim.id() == before ? ", the controller," : ",") + " which leads " + failover.led()
                + " partitions");
        failover.strike(pause ? victim::pause : victim::kill);
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
        moment("suspected", failover.suspectedMs(), "");
        if (failover.firstCommitMs() != null) {
            moment("first change committed", failover.firstCommitMs(), "by the next controller");
        }
        moment("fenced", failover.fencedMs(), cause == null ? "" : cause.getSentence());
        moment("first partition led again", failover.firstLedMs(), "");
        moment("last partition led again", failover.lastLedMs(), "as every survivor sees it");
        moment("last partition served again", failover.lastServedMs(), "as the work itself sees it");
        narrator.blank();
        WitnessTotals asleep = sink.totals();
        long restartedMs = failover.sinceFaultMs();
        if (pause) {
            victim.resume();
        } else {
            victim.start();
        }
        narrator.say("Node " + victim.id() + (pause ? " is woken" : " is started again"));
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
        WitnessTotals totals = sink.totals();
        Long refused =
                pause ? totals.refused() + totals.guardRefusals() - asleep.refused() - asleep.guardRefusals() : null;
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
                totals.overlaps(),
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
        narrator.say("Done: no partition was ever owned twice (" + sink.totals().accepted() + " signs of life"
                + (report.refusedAfterWake() == null
                        ? ""
                        : ", " + report.refusedAfterWake() + " refused after the wake")
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
