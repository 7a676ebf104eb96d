package io.muster.cli.demo;

import io.muster.cli.Table;
import io.muster.cli.demo.RestartReport.HandOvers;
import io.muster.cli.demo.RestartReport.NodeRestart;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.testkit.witness.ServiceGap;
import io.muster.testkit.witness.WitnessSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Stops every node in order and starts it again, one after the other; the next when the cluster is whole again. The witness
 * says how long each partition was served by nobody. Used by one thread.
 */
final class RollingRestart {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);
    private static final Duration REJOIN_LIMIT = Duration.ofSeconds(90);
    private static final long POLL_MS = 100;

    private final DemoSettings settings;
    private final DemoCluster cluster;
    private final ClusterView view;
    private final WitnessSink sink;
    private final Narrator narrator;

    RollingRestart(DemoSettings settings, DemoCluster cluster, ClusterView view, WitnessSink sink, Narrator narrator) {
        this.settings = settings;
        this.cluster = cluster;
        this.view = view;
        this.sink = sink;
        this.narrator = narrator;
    }

    RestartReport run() throws InterruptedException {
        awaitWhole("before the first restart");
        List<NodeRestart> restarts = new ArrayList<>();
        for (DemoNode node : cluster.nodes()) {
            restarts.add(restart(node));
        }
        RestartReport report =
                new RestartReport(settings, restarts, sink.totals().overlaps());
        print(report);
        return report;
    }

    private NodeRestart restart(DemoNode node) throws InterruptedException {
        boolean wasController = view.controller() == node.id();
        narrator.say("SIGTERM to node " + node.id() + (wasController ? ", the controller" : ""));
        long askedNanos = System.nanoTime();
        node.askToStop();
        if (!node.awaitEnded(STOP_LIMIT.toNanos())) {
            throw notConverged("node " + node.id() + " had not stopped " + STOP_LIMIT.toSeconds() + " s after SIGTERM");
        }
        long stoppedNanos = System.nanoTime();
        node.start();
        awaitWhole("after node " + node.id() + " was started again");
        long wholeNanos = System.nanoTime();
        List<ServiceGap> gaps = sink.gapsSince(askedNanos);
        NodeRestart done = new NodeRestart(
                node.id(),
                wasController,
                (stoppedNanos - askedNanos) / 1_000_000,
                (wholeNanos - stoppedNanos) / 1_000_000,
                handOvers(gaps, askedNanos, stoppedNanos),
                handOvers(gaps, stoppedNanos, wholeNanos));
        narrator.say("Node " + node.id() + " stopped in " + done.stopMs() + " ms and was back " + done.rejoinMs()
                + " ms after its start");
        return done;
    }

    private static HandOvers handOvers(List<ServiceGap> gaps, long fromNanos, long toNanos) {
        return HandOvers.of(gaps.stream()
                .filter(g -> g.firstNanos() - fromNanos >= 0 && g.firstNanos() - toNanos < 0)
                .map(ServiceGap::millis)
                .toList());
    }

    /** Waits until every partition is led by the broker it prefers and every replica is ready. */
    private void awaitWhole(String when) throws InterruptedException {
        long deadline = System.nanoTime() + REJOIN_LIMIT.toNanos();
        while (!isWhole()) {
            cluster.nodes().forEach(DemoNode::checkAlive);
            if (System.nanoTime() - deadline > 0) {
                throw notConverged("not every partition was back with the broker it prefers " + REJOIN_LIMIT.toSeconds()
                        + " s " + when);
            }
            Thread.sleep(POLL_MS);
        }
    }

    private boolean isWhole() {
        return view.tryPartitions()
                .map(all -> all.stream().allMatch(this::isWhole))
                .orElse(false);
    }

    private boolean isWhole(PartitionInfo p) {
        return p.getReplicasCount() == settings.replicas()
                && p.getReadyCount() == settings.replicas()
                && p.getLeader() == p.getReplicas(0);
    }

    private void print(RestartReport report) {
        narrator.blank();
        new Table<NodeRestart>()
                .text("NODE", n -> n.node() + (n.wasController() ? " (controller)" : ""))
                .number("STOPPED IN MS", NodeRestart::stopMs)
                .number("BACK AFTER MS", NodeRestart::rejoinMs)
                .number("HANDED AWAY", n -> n.away().count())
                .text("GAP MEDIAN/LONGEST MS", n -> gap(n.away()))
                .number("HANDED BACK", n -> n.back().count())
                .text("GAP MEDIAN/LONGEST MS", n -> gap(n.back()))
                .print(narrator.writer(), report.nodes());
        narrator.blank();
        if (report.overlaps() > 0) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Two nodes owned one partition at once, " + report.overlaps() + " times: "
                            + sink.overlaps().get(0) + ". This must never happen.");
        }
        narrator.say("Done: no partition was ever owned twice (" + sink.totals().accepted()
                + " signs of life), and none was served by nobody for longer than "
                + Math.round(report.longestGapMs()) + " ms");
    }

    private static String gap(HandOvers handOvers) {
        return handOvers.count() == 0
                ? "-"
                : Math.round(handOvers.medianGapMs()) + " / " + Math.round(handOvers.longestGapMs());
    }

    private static MusterException notConverged(String what) {
        return new MusterException(ErrorCode.FAILED_PRECONDITION, "The demo did not converge: " + what + ".");
    }
}
