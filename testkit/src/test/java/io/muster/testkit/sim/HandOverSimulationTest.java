package io.muster.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A broker leaves in order and somebody crashes between two steps of its hand-overs: whoever is left finishes them. The
 * invariants (two owners never, epochs rise) are checked after every event, as in every simulation.
 */
class HandOverSimulationTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1000 * MS;
    private static final List<Integer> BROKERS = List.of(4, 5, 6, 7);

    /** Three controllers of their own, four brokers, 60 partitions of work without state; quiet. */
    private static SimCluster formed(long seed, int replicas) {
        SimCluster cluster = new SimCluster(new SimPlan(seed, 3, 4, false, 500, 300_000, 1000), PlantedBugs.NONE);
        cluster.runFor(8 * SECOND);
        // The operator throws dice for the kind of state, first of all.
        long dice = LongStream.iterate(seed, s -> s + 1000)
                .filter(s -> new SplittableRandom(s).nextInt(3) != 0)
                .findFirst()
                .orElseThrow();
        new Operator(cluster, new SplittableRandom(dice)).create("orders", 60, replicas, false);
        cluster.runFor(20 * SECOND);
        assertThat(cluster.invariants().image().resource("orders").orElseThrow().stateKind())
                .isEqualTo(StateKind.STATE_NONE);
        assertThat(cluster.invariants().notConverged(cluster.liveBrokers())).isEmpty();
        return cluster;
    }

    private static int busiest(MetadataImage image) {
        return BROKERS.stream()
                .max((a, b) ->
                        Integer.compare(image.work(a).leaders(), image.work(b).leaders()))
                .orElseThrow();
    }

    private static List<PartitionState> partitions(SimCluster cluster) {
        MetadataImage image = cluster.invariants().image();
        return IntStream.range(0, image.tableSize())
                .filter(image::isUsed)
                .mapToObj(image::partitionAt)
                .toList();
    }

    private static PartitionState runUntil(SimCluster cluster, Predicate<PartitionState> some) {
        long deadline = cluster.queue().nowNs() + 5 * SECOND;
        while (cluster.queue().nowNs() < deadline) {
            PartitionState found =
                    partitions(cluster).stream().filter(some).findFirst().orElse(null);
            if (found != null) {
                return found;
            }
            cluster.runFor(100_000);
        }
        throw new AssertionError("no partition came to that step of its hand-over");
    }

    private static void leave(SimCluster cluster, int broker) {
        Objects.requireNonNull(cluster.node(broker).broker, "it does not run").stop();
    }

    private static void killController(SimCluster cluster) {
        SimVoter controller = Objects.requireNonNull(cluster.controller(), "there is no controller");
        cluster.kill(controller.id());
    }

    /** {@code gone} leads nothing any more and everything is led, within {@code limitMs}. */
    private static void assertHandedOver(SimCluster cluster, int gone, long limitMs) {
        long from = cluster.queue().nowNs();
        while (partitions(cluster).stream()
                .anyMatch(s -> s.leader() == gone || s.leader() == PartitionState.NONE || s.releasing() == gone)) {
            assertThat((cluster.queue().nowNs() - from) / MS)
                    .as("milliseconds since the crash, with %s", partitions(cluster))
                    .isLessThan(limitMs);
            cluster.runFor(5 * MS);
        }
        cluster.runFor(30 * SECOND);
        assertThat(cluster.invariants().notConverged(cluster.liveBrokers())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theControllerCrashesAfterTheRevoke(long seed) {
        SimCluster cluster = formed(seed, 2);
        int leaving = busiest(cluster.invariants().image());
        leave(cluster, leaving);
        runUntil(cluster, s -> s.releasing() == leaving);
        killController(cluster);
        assertHandedOver(cluster, leaving, 6000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theControllerCrashesAfterTheOwnerGaveBackAndBeforeTheGrant(long seed) {
        SimCluster cluster = formed(seed, 2);
        int leaving = busiest(cluster.invariants().image());
        leave(cluster, leaving);
        PartitionState first = runUntil(cluster, s -> s.releasing() == leaving);
        SimBroker broker = Objects.requireNonNull(cluster.node(leaving).broker, "it has left");
        int before = broker.core().seatCounts().owned();
        for (int i = 0;
                i < 20_000
                        && !cluster.trace().stream().anyMatch(line -> line.contains("broker " + leaving + " gave up"));
                i++) {
            cluster.runFor(100_000);
        }
        assertThat(partitions(cluster))
                .as("of %d owned, with %s", before, first)
                .anyMatch(s -> s.releasing() == leaving);
        killController(cluster);
        assertHandedOver(cluster, leaving, 6000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theOldOwnerCrashesWhileItLetsGo(long seed) {
        SimCluster cluster = formed(seed, 2);
        int leaving = busiest(cluster.invariants().image());
        leave(cluster, leaving);
        runUntil(cluster, s -> s.releasing() == leaving);
        cluster.kill(leaving);
        assertHandedOver(cluster, leaving, 500);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theNextOwnerCrashesBeforeTheGrant(long seed) {
        SimCluster cluster = formed(seed, 3);
        int leaving = busiest(cluster.invariants().image());
        leave(cluster, leaving);
        PartitionState releasing =
                runUntil(cluster, s -> s.releasing() == leaving && s.target() != PartitionState.NONE);
        cluster.kill(releasing.target());
        // The simulated application takes up to 1.5 s to let go.
        assertHandedOver(cluster, leaving, 6000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theNextOwnerOfAnExclusivePartitionCrashesWhileItWarmsUp(long seed) {
        SimCluster cluster = formed(seed, 1);
        int leaving = busiest(cluster.invariants().image());
        leave(cluster, leaving);
        PartitionState warming = runUntil(cluster, s -> s.leader() == leaving && s.addingMask() != 0);
        cluster.kill(warming.brokersIn(warming.addingMask())[0]);
        assertHandedOver(cluster, leaving, 8000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void anExclusivePartitionIsServedUntilItsNextOwnerIsReady(long seed) {
        SimCluster cluster = formed(seed, 1);
        int leaving = busiest(cluster.invariants().image());
        leave(cluster, leaving);
        while (cluster.node(leaving).runs() && !cluster.node(leaving).left) {
            for (PartitionState s : partitions(cluster)) {
                assertThat(s.releasing() == leaving && !s.isReady(s.target()))
                        .as("nobody is asked to let go for a broker that is not ready: %s", s)
                        .isFalse();
            }
            cluster.runFor(MS);
        }
        assertHandedOver(cluster, leaving, 1000);
    }
}
