package io.muster.agent.core;

import static io.muster.agent.core.AgentRig.ME;
import static io.muster.agent.core.AgentRig.MS;
import static io.muster.agent.core.CallbackKind.DROP;
import static io.muster.agent.core.CallbackKind.LEAD;
import static io.muster.agent.core.CallbackKind.PREPARE;
import static io.muster.agent.core.CallbackKind.RELEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.agent.Ownership;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.PartitionRefs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AgentWorkTest {
    private final AgentRig rig = new AgentRig();

    @Test
    void preparesBeforeItLeads() {
        rig.active();
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 1, ME, ME));
        assertThat(rig.callKinds()).containsExactly(PREPARE);
        rig.returnAll();
        assertThat(rig.callKinds()).containsExactly(LEAD);
        Ownership ownership = rig.call().ownership();
        assertThat(ownership).isNotNull();
        assertThat(ownership.epoch()).isEqualTo(rig.log.at("orders", 0).leaderEpoch());
        assertThat(ownership.isValid()).isTrue();
    }

    @Test
    void readyReplicasAreReportedInBulkAndAgainUntilTheImageShowsIt() {
        rig.active();
        rig.apply(rig.log.register(2, "other"));
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 10_000, -1, 2));
        rig.apply(rig.log.change("orders", edit -> edit.addReplica(ME).adding(ME, true)));
        assertThat(rig.calls).hasSize(10_000);
        int before = rig.heartbeats().size();
        rig.returnAll();
        rig.pass(10);
        assertThat(rig.heartbeats()).hasSize(before + 1);
        assertThat(refs(rig.heartbeat())).isEqualTo(10_000);
        rig.renew();
        rig.pass(500);
        assertThat(refs(rig.heartbeat())).isZero();
        rig.renew();
        rig.pass(600);
        rig.renew();
        assertThat(refs(rig.heartbeat())).isEqualTo(10_000);
        rig.apply(rig.log.change("orders", edit -> edit.ready(ME, true).adding(ME, false)));
        rig.pass(1200);
        assertThat(refs(rig.heartbeat())).isZero();
    }

    @Test
    void whatDoesNotFitIntoOneHeartbeatFollowsInTheNext() {
        rig.active();
        rig.apply(rig.log.register(2, "other"));
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 50_000, -1, 2));
        rig.apply(rig.log.change("orders", edit -> edit.addReplica(ME)));
        rig.sent.clear();
        rig.returnAll();
        rig.pass(50);
        assertThat(rig.heartbeats())
                .hasSize(3)
                .allSatisfy(h -> assertThat(h.getSerializedSize()).isLessThan(1_000_000));
        assertThat(rig.heartbeats().stream().mapToInt(AgentWorkTest::refs).sum())
                .isEqualTo(50_000);
    }

    @Test
    void handOverIsAckedAfterReleaseHasReturned() {
        rig.leading(1, ME, 2);
        long epoch = rig.owned().epoch();
        Ownership ownership = rig.owned();
        revoke();
        assertThat(ownership.isValid()).isFalse();
        assertThat(rig.callKinds()).containsExactly(RELEASE);
        assertThat(rig.call().timeLeft()).isEqualTo(Duration.ofSeconds(1));
        rig.pass(600);
        assertThat(rig.heartbeat().getReleasedList()).isEmpty();
        rig.returnAll();
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).singleElement().satisfies(ack -> {
            assertThat(ack.getLeaderEpoch()).isEqualTo(epoch);
            assertThat(ack.getPartition()).isZero();
        });
        assertThat(rig.outcomes).containsExactly(ReleaseOutcome.HANDED_OVER);
    }

    @Test
    void handOverIsNotAckedWhileAGuardedActionRuns() throws Exception {
        rig.leading(1, ME, 2);
        Ownership ownership = rig.owned();
        ownership.guard(() -> {
            revoke();
            rig.returnAll();
            rig.pass(10);
            assertThat(rig.heartbeat().getReleasedList()).isEmpty();
            return "done";
        });
        assertThat(rig.drained).hasSize(1);
        rig.core.drained(rig.drained.get(0), rig.nowNs);
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
    }

    @Test
    void handOverIsNotAckedWhileReleaseHangsNotEvenAfterItsTimeIsOver() {
        rig.leading(1, ME, 2);
        revoke();
        for (int i = 0; i < 20; i++) {
            rig.pass(500);
            if (!rig.core.controller().isEmpty()) {
                rig.renew();
            }
        }
        assertThat(rig.heartbeats())
                .allSatisfy(h -> assertThat(h.getReleasedList()).isEmpty());
    }

    @Test
    void handOverIsAckedAgainToTheNextController() {
        rig.leading(1, ME, 2);
        revoke();
        rig.returnAll();
        rig.pass(10);
        rig.core.disconnected(rig.stream, "controller died", rig.nowNs);
        rig.tick();
        rig.core.connected(rig.stream, rig.nowNs);
        rig.registered(rig.core.brokerEpoch());
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
    }

    @Test
    void leadershipThatWasTakenBackBeforeItBeganIsAckedAtOnce() {
        rig.active();
        rig.core.applied(rig.log.create("orders", StateKind.STATE_NONE, 1, ME, ME), rig.nowNs);
        revoke();
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
        rig.returnAll();
        assertThat(rig.callKinds()).isEmpty();
    }

    @Test
    void leadThatHangsDelaysReleaseAndAckOfItsPartition() {
        rig.active();
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 1, ME, ME));
        rig.returnAll();
        Callback lead = rig.call();
        revoke();
        assertThat(rig.calls).containsExactly(lead);
        assertThat(rig.heartbeat().getReleasedList()).isEmpty();
        rig.returns(lead, null);
        assertThat(rig.callKinds()).containsExactly(RELEASE);
        rig.returnAll();
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
    }

    @Test
    void releaseThatThrowsCountsAsReleased() {
        rig.leading(1, ME, 2);
        revoke();
        rig.returns(rig.call(), new IllegalStateException("boom"));
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
    }

    @Test
    void prepareThatThrowsIsTriedAgainAfterGrowingPauses() {
        rig.active();
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 2, -1, ME));
        Callback broken = rig.calls.get(0);
        rig.returns(rig.calls.get(1), null);
        long failedAtNs = rig.nowNs;
        rig.returns(broken, new IllegalStateException("boom"));
        long[] pausesMs = {1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000};
        for (long pauseMs : pausesMs) {
            assertThat(rig.calls).isEmpty();
            while (rig.calls.isEmpty()) {
                rig.pass(100);
            }
            assertThat(rig.callKinds()).containsExactly(PREPARE);
            assertThat((rig.nowNs - failedAtNs) / MS).isBetween(pauseMs, pauseMs + 100);
            failedAtNs = rig.nowNs;
            rig.returns(rig.call(), new IllegalStateException("boom"));
        }
        assertThat(rig.core.seatCounts().failing()).isEqualTo(1);
    }

    @Test
    void replicaThatCannotBePreparedIsReportedAsUnready() {
        rig.active();
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 1, ME, ME));
        rig.returns(rig.call(), new IllegalStateException("boom"));
        rig.pass(10);
        assertThat(rig.heartbeat().getBecameUnreadyList()).hasSize(1);
    }

    @Test
    void leadThatThrowsIsTriedAgainUnderTheSameOwnership() {
        rig.active();
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 1, ME, ME));
        rig.returnAll();
        Ownership first = rig.call().ownership();
        rig.returns(rig.call(), new IllegalStateException("boom"));
        assertThat(rig.calls).isEmpty();
        rig.pass(500);
        rig.renew();
        rig.pass(510);
        assertThat(rig.callKinds()).containsExactly(LEAD);
        assertThat(rig.call().ownership()).isSameAs(first);
    }

    @Test
    void deletedResourceIsReleasedAndThenDropped() {
        rig.leading(1, ME);
        Ownership ownership = rig.owned();
        rig.apply(rig.log.delete("orders"));
        assertThat(ownership.isValid()).isFalse();
        assertThat(rig.callKinds()).containsExactly(RELEASE);
        rig.returnAll();
        assertThat(rig.callKinds()).containsExactly(DROP);
        rig.returnAll();
        assertThat(rig.core.seatCounts().seats()).isZero();
        rig.pass(600);
        assertThat(rig.heartbeat().getReleasedList()).isEmpty();
    }

    @Test
    void resourceThatIsCreatedAgainUnderItsNameIsAnotherOne() {
        rig.leading(1, ME);
        rig.apply(rig.log.delete("orders"));
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 1, ME, ME));
        assertThat(rig.callKinds()).containsExactly(RELEASE, PREPARE);
        assertThat(rig.calls.get(0).partition()).isNotEqualTo(rig.calls.get(1).partition());
    }

    @Test
    void movedReplicaIsDropped() {
        rig.leading(1, ME, 2);
        rig.apply(rig.log.change("orders", edit -> edit.leader(2)));
        rig.returnAll();
        rig.apply(rig.log.change("orders", edit -> edit.dropReplica(ME)));
        assertThat(rig.callKinds()).containsExactly(DROP);
    }

    @Test
    void snapshotIsComparedWithEverything() {
        rig.leading(3, ME, 2);
        rig.log.change("orders", edit -> edit.leader(PartitionState.NONE).releasing(ME));
        rig.log.create("added", StateKind.STATE_NONE, 2, -1, ME);
        rig.feedAll();
        assertThat(rig.callKinds()).containsExactlyInAnyOrder(RELEASE, RELEASE, RELEASE, PREPARE, PREPARE);
        rig.log.delete("orders");
        rig.feedAll();
        rig.returnAll();
        assertThat(rig.callKinds()).containsExactly(DROP, DROP, DROP);
    }

    @Test
    void olderSnapshotIsPassedOver() {
        rig.leading(1, ME, 2);
        var old = rig.log.image();
        revoke();
        rig.core.imageReplaced(old, rig.nowNs);
        assertThat(rig.core.image()).isSameAs(rig.log.image());
        rig.returnAll();
        assertThat(rig.core.ownerships()).isEmpty();
        assertThat(rig.calls).isEmpty();
    }

    @Test
    void durableReplicaThatWasTakenOutOfTheReadySetPreparesAgain() {
        rig.active();
        rig.apply(rig.log.register(2, "other"));
        rig.apply(rig.log.setState(2, BrokerState.UNFENCED));
        rig.apply(rig.log.create("orders", StateKind.STATE_DURABLE, 1, 2, 2, ME));
        rig.returnAll();
        rig.apply(rig.log.change("orders", edit -> edit.ready(ME, false), rig.log.state(ME, BrokerState.FENCED)));
        assertThat(rig.callKinds()).containsExactly(PREPARE);
        rig.returnAll();
        rig.pass(10);
        assertThat(refs(rig.heartbeat())).isZero();
        rig.apply(rig.log.setState(ME, BrokerState.UNFENCED));
        rig.pass(10);
        assertThat(refs(rig.heartbeat())).isEqualTo(1);
    }

    private void revoke() {
        rig.apply(rig.log.change(
                "orders", edit -> edit.leader(PartitionState.NONE).releasing(ME)));
    }

    private static int refs(Heartbeat heartbeat) {
        return heartbeat.getBecameReadyList().stream()
                .mapToInt(PartitionRefs::getPartitionsCount)
                .sum();
    }
}
