package io.muster.controller.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.PartitionState;
import org.junit.jupiter.api.Test;

class BalanceTest {
    private final Decider decider = Decider.cluster(3);

    @Test
    void nothingMovesWhenNothingHappened() {
        decider.create("orders", 100, 2);
        assertThat(decider.balance()).isZero();
        decider.create("jobs", 100, 1);
        decider.settle();
        long before = decider.image().nextOffset();
        decider.advance(10 * Decider.DELAY_MS);
        assertThat(decider.balance()).isZero();
        assertThat(decider.image().nextOffset()).isEqualTo(before);
    }

    @Test
    void aBrokerThatIsBackGetsItsLeadershipsBackPacedByTheBudget() {
        decider.create("orders", 300, 2);
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        assertThat(decider.balance()).isZero();
        decider.join(Decider.record(1, "", 100, "another"));
        decider.agentsWork();
        assertThat(decider.leaders(1)).isZero();
        assertThat(decider.run(new Balance(10, Decider.DELAY_MS))).isEqualTo(10);
        assertThat(decider.run(new Balance(10, Decider.DELAY_MS))).isZero();
        assertThat(decider.image().sets().unsettledCount()).isEqualTo(10);
        decider.settle();
        assertThat(decider.leaders(1)).isEqualTo(100);
        assertThat(decider.replicas(1)).isEqualTo(200);
    }

    @Test
    void noBrokerReturnsOrGetsBackManyLeadershipsAtOnce() {
        decider.create("orders", 300, 2);
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        decider.join(Decider.record(1, "", 100, "another"));
        decider.agentsWork();
        int asked = decider.run(new Balance(1000, Decider.DELAY_MS));
        assertThat(asked).isEqualTo(Steps.handOversAtOnce(200)).isLessThan(100 / 3);
        decider.settle();
        assertThat(decider.leaders(1)).isEqualTo(100);
    }

    @Test
    void aBrokerThatJoinsGetsItsShareOfReplicasAndLeadershipsAndNothingElseMoves() {
        decider.create("orders", 120, 2);
        int[] before = {decider.replicas(1), decider.replicas(2), decider.replicas(3)};
        decider.join(Decider.record(4));
        decider.settle();
        assertThat(decider.replicas(4)).isEqualTo(60);
        assertThat(decider.leaders(4)).isEqualTo(30);
        for (int id = 1; id <= 3; id++) {
            assertThat(decider.replicas(id)).isEqualTo(before[id - 1] - 20);
            assertThat(decider.leaders(id)).isEqualTo(30);
        }
    }

    @Test
    void exclusiveWorkMovesByHandOver() {
        decider.create("jobs", 30, 1);
        decider.join(Decider.record(4));
        decider.balance();
        PartitionState moving = decider.partitions().stream()
                .filter(PartitionState::isMoving)
                .findFirst()
                .orElseThrow();
        assertThat(moving.leader()).isNotEqualTo(4);
        assertThat(moving.isAdding(4)).isTrue();
        decider.settle();
        assertThat(decider.leaders(4)).isBetween(7, 8);
        assertThat(decider.partitions()).allMatch(s -> s.replicaCount() == 1);
    }

    @Test
    void manySmallResourcesAreEvenedOutInSum() {
        for (int i = 0; i < 60; i++) {
            decider.create("r" + i, 1, 2);
        }
        decider.join(Decider.record(4));
        decider.settle();
        for (int id = 1; id <= 4; id++) {
            assertThat(decider.replicas(id)).isEqualTo(30);
            assertThat(decider.leaders(id)).isEqualTo(15);
        }
    }

    @Test
    void onlyABrokerThatStaysAwayIsReplaced() {
        decider.join(Decider.record(4));
        decider.create("orders", 80, 2);
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        Balance balance = new Balance(100, Decider.DELAY_MS);
        decider.settle();
        assertThat(decider.replicas(1)).isEqualTo(40);
        assertThat(balance.nextDueMs(decider.image(), decider.wallMs())).isEqualTo(decider.wallMs() + Decider.DELAY_MS);
        decider.advance(Decider.DELAY_MS);
        assertThat(decider.balance()).isPositive();
        assertThat(decider.lastBatch().getCause().getKind()).isEqualTo(CauseKind.REPLACEMENT);
        assertThat(decider.sentence()).contains("40 replicas replaced");
        decider.settle();
        assertThat(decider.replicas(1)).isZero();
        for (int id = 2; id <= 4; id++) {
            assertThat(decider.replicas(id)).isBetween(53, 54);
            assertThat(decider.leaders(id)).isBetween(26, 27);
        }
        assertThat(balance.nextDueMs(decider.image(), decider.wallMs())).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aMoveWhoseNewReplicaDiesIsGivenUp() {
        decider.create("orders", 30, 2);
        decider.join(Decider.record(4));
        decider.balance();
        assertThat(decider.image().sets().unsettledCount()).isPositive();
        decider.fence(4, CauseKind.PROOF_OF_DEATH);
        assertThat(decider.image().sets().unsettledCount()).isZero();
        assertThat(decider.partitions()).allMatch(s -> s.replicaCount() == 2 && !s.hasReplica(4));
        assertThat(decider.balance()).isZero();
    }
}
