package io.muster.controller.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.decide.Decider;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded churn: joins, deaths, returns, long absences; after each the cluster settles and every promise of placement is checked. */
class ChurnSimulationTest {
    private static final int EVENTS = 12;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24})
    void everyBrokerEndsInsideItsBandAndNothingMovesThen(long seed) {
        Random random = new Random(seed);
        Decider decider = cluster(random, 4 + random.nextInt(6), random.nextInt(5));
        decider.create("exclusive", 20 + random.nextInt(100), 1);
        decider.create("pairs", 20 + random.nextInt(100), 2);
        decider.create("triples", 20 + random.nextInt(100), 3);
        decider.settle();
        check(decider, seed);
        for (int event = 0; event < EVENTS; event++) {
            churn(decider, random);
            decider.settle();
            check(decider, seed);
        }
    }

    private static Decider cluster(Random random, int brokers, int racks) {
        Decider decider = Decider.cluster(0);
        for (int id = 1; id <= brokers; id++) {
            join(decider, random, id, racks);
        }
        return decider;
    }

    private static void join(Decider decider, Random random, int id, int racks) {
        String rack = racks == 0 ? "" : "r" + random.nextInt(racks);
        int capacity = random.nextInt(3) == 0 ? 200 : 100;
        decider.join(Decider.record(id, rack, capacity, "i" + random.nextLong()));
    }

    private static void churn(Decider decider, Random random) {
        List<Broker> live = new ArrayList<>();
        List<Broker> dead = new ArrayList<>();
        decider.image().brokers().forEach(b -> (b.isUnfenced() ? live : dead).add(b));
        int dice = random.nextInt(10);
        if (dice < 2) {
            String rack = live.get(0).rack();
            decider.join(Decider.record(decider.image().brokerCount() + 1, rack, 100, "i" + random.nextLong()));
        } else if (dice < 6 && live.size() > 4) {
            Broker victim = live.get(random.nextInt(live.size()));
            decider.fence(victim.id(), random.nextBoolean() ? CauseKind.PROOF_OF_DEATH : CauseKind.OPERATOR);
        } else if (!dead.isEmpty()) {
            Broker back = dead.get(random.nextInt(dead.size()));
            decider.join(back.toRecord().toBuilder()
                    .setIncarnation("i" + random.nextLong())
                    .setCapacity(random.nextInt(4) == 0 ? 150 : back.capacity())
                    .build());
        }
        if (random.nextInt(3) == 0) {
            decider.advance(Decider.DELAY_MS + 1);
        }
    }

    private static void check(Decider decider, long seed) {
        assertThat(decider.balance())
                .as("seed %d: a fixed point plans nothing", seed)
                .isZero();
        for (PartitionState s : decider.partitions()) {
            boolean canBeLed = s.resource().replicationFactor() == 1
                    || Arrays.stream(s.replicas())
                            .anyMatch(id -> decider.broker(id).isUnfenced());
            assertThat(s.leader() != PartitionState.NONE)
                    .as("seed %d: %s is led if it can be", seed, s)
                    .isEqualTo(canBeLed);
            assertThat(s.isMoving() || s.isHandingOver())
                    .as("seed %d: %s settled", seed, s)
                    .isFalse();
            assertThat(s.replicaCount()).isEqualTo(s.resource().replicationFactor());
            if (decider.broker(s.replica(0)).isUnfenced()) {
                assertThat(s.leader()).as("seed %d: %s", seed, s).isEqualTo(s.replica(0));
            }
        }
        for (Resource resource : decider.image().resources()) {
            checkBands(decider, resource, seed);
        }
    }

    private static void checkBands(Decider decider, Resource resource, long seed) {
        Roster roster = new Roster(decider.image());
        Seats seats = new Seats(resource, roster, resource.replicationFactor());
        for (int p = 0; p < resource.partitions(); p++) {
            seats.fill(decider.image().partitionAt(resource.slotOf(p)));
        }
        boolean allLive = true;
        boolean[] counted = new boolean[roster.size()];
        for (int b = 0; b < counted.length; b++) {
            Broker broker = roster.broker(b);
            boolean away = broker.isFenced() && decider.wallMs() - broker.stateSinceMs() >= Decider.DELAY_MS;
            counted[b] = roster.isLive(b) || (!away && seats.replicas(b) > 0);
            allLive &= roster.isLive(b) || !counted[b];
            if (away) {
                assertThat(seats.replicas(b))
                        .as("seed %d: replicas of %s", seed, broker)
                        .isZero();
            }
        }
        Quotas quotas = new Quotas(roster, counted, resource.partitions(), resource.replicationFactor());
        for (int p = 0; p < resource.partitions(); p++) {
            Set<Integer> inRack = new HashSet<>();
            for (int i = 0; i < seats.width() && quotas.perRack() == 1 && allLive; i++) {
                assertThat(inRack.add(roster.rack(seats.at(p, i))))
                        .as("seed %d: %s/%d spreads over racks", seed, resource.name(), p)
                        .isTrue();
            }
        }
        for (int b = 0; allLive && b < counted.length; b++) {
            if (counted[b]) {
                assertThat(seats.replicas(b))
                        .as(
                                "seed %d: replicas of %s on %s, share %s",
                                seed, resource.name(), roster.broker(b), quotas.of(b))
                        .isBetween(quotas.floor(b), quotas.ceil(b));
            }
        }
    }
}
