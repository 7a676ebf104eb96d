package io.muster.controller.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.CauseKind;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.CreateResourceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FenceBrokerTest {
    private final Decider decider = Decider.cluster(3);

    @ParameterizedTest
    @EnumSource(
            value = CauseKind.class,
            names = {"SESSION_TIMEOUT", "PROOF_OF_DEATH", "GRACEFUL_STOP"})
    void aDeadBrokersWorkIsGrantedOnInTheSameBatch(CauseKind kind) {
        decider.create("orders", 300, 2);
        assertThat(decider.fence(1, kind)).isTrue();
        long offset = decider.image().nextOffset() - 1;
        assertThat(decider.sentence())
                .isEqualTo("Broker 1 was fenced: no heartbeat for 3000 ms; 100 partitions moved to 2 brokers");
        assertThat(decider.lastBatch().getCause().getKind()).isEqualTo(kind);
        // Each had 100, and gets about half; exactly half is not to be had with the replicas there are.
        assertThat(decider.leaders(2)).isBetween(145, 155);
        assertThat(decider.leaders(3)).isEqualTo(300 - decider.leaders(2));
        assertThat(decider.partitions())
                .filteredOn(s -> s.leaderEpoch() == offset)
                .hasSize(100);
        assertThat(decider.partitions()).noneMatch(s -> s.isReady(1));
        // The seat stays: only the replacement delay takes it.
        assertThat(decider.replicas(1)).isEqualTo(200);
    }

    @Test
    void aBrokerThatMayStillActReleasesFirst() {
        decider.create("orders", 9, 2);
        decider.fence(1, CauseKind.GRAY_FAILURE);
        assertThat(decider.partitions())
                .filteredOn(PartitionState::isHandingOver)
                .hasSize(3)
                .allSatisfy(s -> {
                    assertThat(s.leader()).isEqualTo(PartitionState.NONE);
                    assertThat(s.releasing()).isEqualTo(1);
                    assertThat(s.target()).isIn(2, 3);
                });
        assertThat(decider.run(new LeaseOver(1, "it was not renewed"))).isTrue();
        assertThat(decider.partitions()).allMatch(s -> s.leader() > 1 && !s.isHandingOver());
        assertThat(decider.run(new LeaseOver(1, "again"))).isFalse();
    }

    @Test
    void deathDuringAHandOverEndsIt() {
        decider.create("orders", 9, 2);
        decider.fence(1, CauseKind.OPERATOR);
        assertThat(decider.fence(1, CauseKind.PROOF_OF_DEATH)).isTrue();
        assertThat(decider.partitions()).noneMatch(PartitionState::isHandingOver);
    }

    @Test
    void tokenFencedWorkNeedNotWait() {
        decider.run(new CreateResource(CreateResourceRequest.newBuilder()
                .setName("checked")
                .setPartitions(9)
                .setReplicas(2)
                .setOwnership(OwnershipMode.TOKEN_FENCED)
                .build()));
        decider.fence(1, CauseKind.OPERATOR);
        assertThat(decider.partitions()).allMatch(s -> s.leader() > 1);
    }

    @Test
    void exclusiveWorkGoesToAnyOtherBroker() {
        decider.create("jobs", 9, 1);
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        assertThat(decider.partitions()).allSatisfy(s -> {
            assertThat(s.leader()).isIn(2, 3);
            assertThat(s.replicas()).containsExactly(s.leader());
        });
        decider.fence(2, CauseKind.PROOF_OF_DEATH);
        decider.fence(3, CauseKind.PROOF_OF_DEATH);
        assertThat(decider.partitions()).allMatch(s -> s.leader() == PartitionState.NONE);
        assertThat(decider.sentence()).endsWith("; 9 partitions left without a leader");
        decider.run(new UnfenceBroker(2, decider.epoch(2), "it is back"));
        assertThat(decider.leaders(2)).isEqualTo(9);
    }

    @Test
    void durableWorkWaitsForItsLastReadyReplica() {
        decider.run(new CreateResource(CreateResourceRequest.newBuilder()
                .setName("ledger")
                .setPartitions(3)
                .setReplicas(2)
                .setStateKind(StateKind.STATE_DURABLE)
                .build()));
        PartitionState before = decider.partition("ledger", 0);
        int last = before.leader();
        int first = before.replica(0) == last ? before.replica(1) : before.replica(0);
        decider.fence(first, CauseKind.PROOF_OF_DEATH);
        decider.fence(last, CauseKind.PROOF_OF_DEATH);
        PartitionState dead = decider.partition("ledger", 0);
        assertThat(dead.leader()).isEqualTo(PartitionState.NONE);
        assertThat(dead.readyBrokers()).containsExactly(last);
        decider.run(new UnfenceBroker(first, decider.epoch(first), "it is back"));
        assertThat(decider.partition("ledger", 0).leader()).isEqualTo(PartitionState.NONE);
        decider.run(new UnfenceBroker(last, decider.epoch(last), "it is back"));
        assertThat(decider.partition("ledger", 0).leader()).isEqualTo(last);
    }

    @Test
    void aStaleEpochAndASecondFenceChangeNothing() {
        long old = decider.epoch(1);
        decider.join(Decider.record(1, "", 100, "another"));
        long before = decider.image().nextOffset();
        assertThat(decider.run(new FenceBroker(1, old, CauseKind.SESSION_TIMEOUT, "late")))
                .isFalse();
        assertThat(decider.run(new FenceBroker(77, 1, CauseKind.SESSION_TIMEOUT, "unknown")))
                .isFalse();
        assertThat(decider.image().nextOffset()).isEqualTo(before);
        decider.fence(1, CauseKind.SESSION_TIMEOUT);
        assertThat(decider.fence(1, CauseKind.SESSION_TIMEOUT)).isFalse();
    }
}
