package io.muster.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.decide.CreateResource;
import io.muster.controller.decide.MoveLeader;
import io.muster.controller.decide.SetFence;
import io.muster.log.v1.OwnershipMode;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.PartitionRefs;
import io.muster.rpc.v1.Released;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hand-over waits for the acknowledgement, or for the end of the old owner's lease, and for nothing else. */
class HandOverTest {
    private final Rig rig = new Rig().lead();
    private final Rig.Client two = rig.client(2);
    private final Rig.Client three = rig.client(3);
    private Rig.Client old = two;
    private Rig.Client next = three;

    @BeforeEach
    void aPartitionWithAReadyStandby() {
        rig.ask(new CreateResource(CreateResourceRequest.newBuilder()
                .setName("orders")
                .setPartitions(1)
                .setReplicas(2)
                .build()));
        PartitionRefs all = PartitionRefs.newBuilder()
                .setResourceId(resource().id())
                .addAllPartitions(IntStream.range(0, 1).boxed().toList())
                .build();
        two.beat(Heartbeat.newBuilder().setWantsUnfenced(true).addBecameReady(all));
        three.beat(Heartbeat.newBuilder().setWantsUnfenced(true).addBecameReady(all));
        rig.pass(300, () -> {});
        if (partition().leader() == 3) {
            old = three;
            next = two;
        }
        assertThat(partition().leader()).isEqualTo(old.id);
        assertThat(partition().isReady(next.id)).isTrue();
    }

    private Resource resource() {
        return rig.log.image().resource("orders").orElseThrow();
    }

    private PartitionState partition() {
        return rig.log.image().partitionAt(resource().slotOf(0));
    }

    private void passWithHeartbeats(long ms) {
        rig.pass(ms, () -> {
            if (rig.nowNs / 10_000_000 % 25 == 0) {
                old.beat();
                next.beat();
            }
        });
    }

    private void move() {
        rig.ask(new MoveLeader(MovePartitionRequest.newBuilder()
                .setResource("orders")
                .setPartition(0)
                .setTo(next.id)
                .build()));
        assertThat(partition().leader()).isEqualTo(PartitionState.NONE);
        assertThat(partition().releasing()).isEqualTo(old.id);
    }

    @Test
    void theAcknowledgementGrantsAtOnce() {
        long epoch = partition().leaderEpoch();
        move();
        old.beat(Heartbeat.newBuilder()
                .setWantsUnfenced(true)
                .addReleased(Released.newBuilder()
                        .setResourceId(resource().id())
                        .setPartition(0)
                        .setLeaderEpoch(epoch)));
        rig.settle();

        assertThat(partition().leader()).isEqualTo(next.id);
        assertThat(partition().leaderEpoch()).isGreaterThan(epoch);
    }

    @Test
    void withoutItTheOldOwnersLeaseRunsOutFirst() {
        move();
        long knewOffset = rig.log.image().nextOffset() - 1;
        old.applied = knewOffset; // it never hears of the revocation, but heartbeats
        passWithHeartbeats(900);
        assertThat(partition().releasing()).isEqualTo(old.id);
        long leases = old.renewals();
        passWithHeartbeats(400);
        assertThat(partition().releasing()).as("its lease is not over").isEqualTo(old.id);
        assertThat(rig.unit.liveness().view(old.id, rig.nowNs).leaseLeftMs()).isPositive();

        passWithHeartbeats(2300);
        assertThat(partition().leader()).isEqualTo(next.id);
        assertThat(old.renewals()).isLessThanOrEqualTo(leases + 1);

        // Its image still says that it leads: no lease until it knows better.
        long afterwards = old.renewals();
        passWithHeartbeats(500);
        assertThat(old.renewals()).isEqualTo(afterwards);
        old.applied = -1;
        passWithHeartbeats(1000);
        assertThat(old.renewals()).isGreaterThan(afterwards);
    }

    @Test
    void whereTheStorageFencesByEpochTheNextOwnerWaitsForTheTimeoutAndNotForTheLease() {
        rig.ask(new CreateResource(CreateResourceRequest.newBuilder()
                .setName("shards")
                .setPartitions(1)
                .setReplicas(2)
                .setOwnership(OwnershipMode.TOKEN_FENCED)
                .build()));
        Resource shards = rig.log.image().resource("shards").orElseThrow();
        PartitionState shard = rig.log.image().partitionAt(shards.slotOf(0));
        Rig.Client owner = shard.leader() == 2 ? two : three;
        Rig.Client other = owner == two ? three : two;
        other.beat(Heartbeat.newBuilder()
                .setWantsUnfenced(true)
                .addBecameReady(
                        PartitionRefs.newBuilder().setResourceId(shards.id()).addPartitions(0)));
        rig.settle();
        rig.ask(new MoveLeader(MovePartitionRequest.newBuilder()
                .setResource("shards")
                .setPartition(0)
                .setTo(other.id)
                .build()));
        passWithHeartbeats(900);
        assertThat(rig.log.image().partitionAt(shards.slotOf(0)).releasing()).isEqualTo(owner.id);

        passWithHeartbeats(200);

        assertThat(rig.log.image().partitionAt(shards.slotOf(0)).leader()).isEqualTo(other.id);
        assertThat(rig.unit.liveness().view(owner.id, rig.nowNs).leaseLeftMs())
                .as("its lease may still hold")
                .isPositive();
    }

    @Test
    void anOwnerFencedByHandKeepsItsWorkFromOthersUntilItsLeaseIsOver() {
        rig.ask(new SetFence(SetBrokerFenceRequest.newBuilder()
                .setId(old.id)
                .setFenced(true)
                .setReason("test")
                .build()));
        assertThat(rig.brokerState(old.id).isFenced()).isTrue();
        assertThat(partition().leader()).isEqualTo(PartitionState.NONE);
        long leases = old.renewals();

        passWithHeartbeats(1000);
        assertThat(partition().leader()).isEqualTo(PartitionState.NONE);
        passWithHeartbeats(1200);
        assertThat(partition().leader()).isEqualTo(next.id);
        assertThat(old.renewals()).isEqualTo(leases);
    }

    @Test
    void aNewControllerDoesNotGrantBeforeWhatItsPredecessorGrantedIsOver() {
        rig.ask(new SetFence(SetBrokerFenceRequest.newBuilder()
                .setId(old.id)
                .setFenced(true)
                .setReason("test")
                .build()));
        rig.quorum.depose(1, "test");
        rig.settle();
        rig.lead();
        rig.pass(2900);
        assertThat(partition().leader()).isEqualTo(PartitionState.NONE);
        rig.pass(250);

        assertThat(partition().releasing()).isEqualTo(PartitionState.NONE);
    }

    @Test
    void aBrokerThatKeepsMissingTheDeadlineIsFencedAsAGrayFailure() {
        Rig.Client hanging = old;
        for (int i = 1; i <= 3; i++) {
            assertThat(rig.brokerState(hanging.id).isUnfenced())
                    .as("before miss %d", i)
                    .isTrue();
            move();
            passWithHeartbeats(1200);
            if (i < 3) {
                passWithHeartbeats(3000);
                assertThat(partition().leader()).isEqualTo(next.id);
                Rig.Client back = next;
                rig.ask(new MoveLeader(MovePartitionRequest.newBuilder()
                        .setResource("orders")
                        .setPartition(0)
                        .setTo(hanging.id)
                        .build()));
                back.beat(Heartbeat.newBuilder()
                        .setWantsUnfenced(true)
                        .addReleased(Released.newBuilder()
                                .setResourceId(resource().id())
                                .setLeaderEpoch(partition().leaderEpoch())));
                passWithHeartbeats(300);
                assertThat(partition().leader()).isEqualTo(hanging.id);
            }
        }
        assertThat(rig.log.image().broker(hanging.id).orElseThrow().losses().count())
                .as("fenced, whether or not it is back already")
                .isEqualTo(1);
        assertThat(rig.quorum.committed().toString()).contains("does not finish hand-overs");
    }
}
