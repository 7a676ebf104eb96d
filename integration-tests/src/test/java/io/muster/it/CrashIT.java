package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.PartitionInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Crashes, pauses and restarts of real processes. Every scenario ends with the cluster whole, without an operator. */
class CrashIT {
    private static final int PARTITIONS = 60;

    @TempDir
    Path dir;

    @Test
    void killedBrokerIsFencedAndItsWorkMovesAndItComesBack() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.awaitAllLedBy(1, 2, 3);
            Map<String, Long> epochs = epochs(cluster.partitions());
            int victim = otherThan(cluster.controllerId());
            cluster.awaitLeads(victim);

            cluster.node(victim).kill();

            cluster.awaitAllLedBy(without(victim));
            cluster.awaitState(BrokerState.FENCED, victim);
            assertThat(cluster.broker(victim).getReason()).isNotEmpty();
            assertEpochsRose(epochs, cluster.partitions());
            long oldEpoch = cluster.broker(victim).getBrokerEpoch();

            cluster.node(victim).start();
            cluster.awaitUnfenced(victim);
            cluster.awaitLeads(victim);
            assertThat(cluster.broker(victim).getBrokerEpoch()).isGreaterThan(oldEpoch);
        }
    }

    /** With this session and no proof of death, a cluster that had to wait for either would not be done in time. */
    @Test
    void restartedBrokerTakesOverFromItselfWithoutWaitingForItsSessionToEnd() {
        Map<String, String> slow =
                Map.of("broker.session.timeout.ms", "120000", "broker.proof.of.death.enabled", "false");
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 1, List.of(), slow)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.awaitLeads(4);
            long oldEpoch = cluster.broker(4).getBrokerEpoch();

            long killedNs = System.nanoTime();
            cluster.node(4).kill();
            cluster.node(4).start();

            cluster.awaitThat("broker 4 is back under a new epoch", () -> {
                BrokerInfo broker = cluster.broker(4);
                return broker.getBrokerEpoch() > oldEpoch && broker.getState() == BrokerState.UNFENCED;
            });
            cluster.awaitLeads(4);
            assertThat(Duration.ofNanos(System.nanoTime() - killedNs)).isLessThan(Duration.ofSeconds(60));
        }
    }

    @Test
    void killedControllerIsReplacedAndItsWorkMoves() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.awaitAllLedBy(1, 2, 3);
            int victim = cluster.controllerId();
            long term = cluster.quorum().getLeaderEpoch();

            cluster.node(victim).kill();

            cluster.awaitAllLedBy(without(victim));
            assertThat(cluster.quorum().getLeaderEpoch()).isGreaterThan(term);
            assertThat(cluster.controllerId()).isNotEqualTo(victim);

            cluster.node(victim).start();
            cluster.awaitUnfenced(1, 2, 3);
            cluster.awaitLeads(victim);
        }
    }

    @Test
    void everythingKilledAtOnceComesBackWithWhatWasAcknowledged() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.create("payments", 7, 3);
            cluster.nodes().forEach(NodeProcess::kill);

            cluster.nodes().forEach(NodeProcess::start);

            cluster.awaitUnfenced(1, 2, 3);
            cluster.awaitAllLedBy(1, 2, 3);
            assertThat(cluster.partitions()).hasSize(PARTITIONS + 7);
        }
    }

    @Test
    void pausedBrokerIsFencedAndJoinsAgainWhenItWakes() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 1)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.awaitLeads(4);

            cluster.node(4).pause();
            cluster.awaitState(BrokerState.FENCED, 4);
            cluster.awaitAllLedBy(1, 2, 3);

            cluster.node(4).resume();
            cluster.awaitUnfenced(4);
            cluster.awaitLeads(4);
        }
    }

    @Test
    void pausedControllerIsDeposedAndFollowsWhenItWakes() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.awaitAllLedBy(1, 2, 3);
            int victim = cluster.controllerId();

            cluster.node(victim).pause();
            try {
                cluster.awaitAllLedByAsking(without(victim));
            } finally {
                cluster.node(victim).resume();
            }
            cluster.awaitUnfenced(1, 2, 3);
            cluster.awaitLeads(victim);
        }
    }

    @Test
    void tenRestartsInARow() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", PARTITIONS, 2);
            for (int i = 0; i < 10; i++) {
                NodeProcess node = cluster.node(i % 3 + 1);
                if (i % 2 == 0) {
                    assertThat(node.stop())
                            .as("exit code after SIGTERM\n" + node.tail())
                            .isIn(0, 143);
                } else {
                    node.kill();
                }
                node.start();
                cluster.awaitUnfenced(1, 2, 3);
            }
            cluster.awaitAllLedBy(1, 2, 3);
            assertThat(cluster.partitions()).hasSize(PARTITIONS);
        }
    }

    @Test
    void gracefulStopHandsOverEverything() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", PARTITIONS, 2);
            cluster.awaitAllLedBy(1, 2, 3);
            int victim = otherThan(cluster.controllerId());

            assertThat(cluster.node(victim).stop()).isIn(0, 143);

            cluster.awaitAllLedBy(without(victim));
            BrokerInfo gone = cluster.broker(victim);
            assertThat(gone.getState()).isEqualTo(BrokerState.FENCED);
        }
    }

    private static int otherThan(int id) {
        return id == 1 ? 2 : 1;
    }

    private static int[] without(int id) {
        return IntStream.of(1, 2, 3).filter(i -> i != id).toArray();
    }

    private static Map<String, Long> epochs(List<PartitionInfo> partitions) {
        Map<String, Long> epochs = new HashMap<>();
        partitions.forEach(p -> epochs.put(p.getResource() + "/" + p.getPartition(), p.getLeaderEpoch()));
        return epochs;
    }

    private static void assertEpochsRose(Map<String, Long> before, List<PartitionInfo> after) {
        epochs(after).forEach((name, epoch) -> assertThat(epoch).as(name).isGreaterThanOrEqualTo(before.get(name)));
    }
}
