package io.muster.testkit.sim;

import static io.muster.metadata.image.PartitionState.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.agent.Partition;
import io.muster.controller.decide.ReleasePartition;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.ReleasePartitionRequest;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A partition that harms its owners is parked, whatever else is led with it; outages that no partition causes park nothing. */
class PoisonSimulationTest {
    private static final long SECOND = 1_000_000_000;
    private static final List<Integer> BROKERS = List.of(4, 5, 6, 7);
    private static final Partition POISONED = new Partition("orders", 0, 7);

    private static SimCluster formed(long seed) {
        SimCluster cluster = new SimCluster(new SimPlan(seed, 3, 4, false, 500, 300_000, 1000), PlantedBugs.NONE);
        cluster.runFor(8 * SECOND);
        new Operator(cluster, new SplittableRandom(seed)).create("orders", 60, 2, false);
        cluster.runFor(20 * SECOND);
        assertThat(cluster.invariants().notConverged(cluster.liveBrokers())).isEmpty();
        return cluster;
    }

    private static PartitionState poisoned(SimCluster cluster) {
        MetadataImage image = cluster.invariants().image();
        return image.partition(image.resource("orders").orElseThrow().id(), POISONED.number())
                .orElseThrow();
    }

    /** Lets time pass; processes that died come back after two to three seconds. */
    private static void runWithRestarts(SimCluster cluster, int seconds) {
        for (int s = 0; s < seconds; s++) {
            cluster.runFor(SECOND);
            for (SimNode node : cluster.nodes()) {
                if (!node.runs()) {
                    cluster.queue().after(2 * SECOND, () -> cluster.start(node.id));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Poison.class,
            names = {"THROWS", "KILLS"})
    void aPartitionThatHarmsItsOwnersIsParkedAndTheRestIsLed(Poison poison) {
        for (long seed = 1; seed <= 5; seed++) {
            SimCluster cluster = formed(seed);
            cluster.poison(p -> p.number() == POISONED.number() ? poison : Poison.NONE);
            cluster.kill(poisoned(cluster).leader());
            runWithRestarts(cluster, 120);

            MetadataImage image = cluster.invariants().image();
            assertThat(image.isParked(poisoned(cluster).slot()))
                    .as("seed %d", seed)
                    .isTrue();
            assertThat(image.parkedCount()).as("seed %d", seed).isEqualTo(1);
            assertThat(poisoned(cluster).leader()).isEqualTo(NONE);
            assertThat(cluster.liveBrokers()).containsExactlyElementsOf(BROKERS);
            assertThat(cluster.invariants().notConverged(cluster.liveBrokers()))
                    .as("seed %d", seed)
                    .isEmpty();

            cluster.poison(p -> Poison.NONE);
            SimVoter controller = cluster.controller();
            assertThat(controller).isNotNull();
            if (controller != null) {
                controller
                        .unit()
                        .submit(new ReleasePartition(ReleasePartitionRequest.newBuilder()
                                .setResource("orders")
                                .setPartition(POISONED.number())
                                .build()));
            }
            cluster.runFor(5 * SECOND);
            assertThat(poisoned(cluster).leader()).as("seed %d", seed).isNotEqualTo(NONE);
            assertThat(cluster.liveBrokers()).containsExactlyElementsOf(BROKERS);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void brokersThatDieOneAfterTheOtherParkNothing(long seed) {
        SimCluster cluster = formed(seed);
        for (int round = 0; round < 5; round++) {
            for (int broker : BROKERS) {
                cluster.kill(broker);
                runWithRestarts(cluster, 4);
            }
        }
        assertNothingParked(cluster);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aRackThatGoesParksNothing(long seed) {
        SimCluster cluster = formed(seed);
        cluster.kill(4);
        cluster.kill(5);
        cluster.runFor(60 * SECOND);
        assertNothingParked(cluster);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aRollingKillOfAllNodesAndThenOfAllAtOnceParksNothing(long seed) {
        SimCluster cluster = formed(seed);
        for (int round = 0; round < 3; round++) {
            for (SimNode node : cluster.nodes()) {
                cluster.kill(node.id);
                runWithRestarts(cluster, 5);
            }
            cluster.nodes().forEach(node -> cluster.kill(node.id));
            runWithRestarts(cluster, 15);
        }
        runWithRestarts(cluster, 40);
        assertNothingParked(cluster);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anApplicationThatLeadsNothingForAWhileParksNothing(long seed) {
        SimCluster cluster = formed(seed);
        cluster.poison(p -> Poison.THROWS);
        cluster.kill(4);
        cluster.kill(5);
        runWithRestarts(cluster, 60);
        cluster.poison(p -> Poison.NONE);
        runWithRestarts(cluster, 90);
        assertNothingParked(cluster);
        assertThat(cluster.invariants().notConverged(cluster.liveBrokers())).isEmpty();
    }

    private static void assertNothingParked(SimCluster cluster) {
        assertThat(cluster.invariants().image().parkedCount()).isZero();
    }
}
