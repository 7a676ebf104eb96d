package io.muster.agent.core;

import static io.muster.agent.core.AgentRig.ME;
import static io.muster.agent.core.AgentRig.MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.agent.NotOwnerException;
import io.muster.agent.Ownership;
import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.SessionDown;
import org.junit.jupiter.api.Test;

class AgentLeaseTest {
    @Test
    void leaseRunsFromTheMomentTheConfirmedHeartbeatWasSent() {
        AgentRig rig = new AgentRig().leading(1, ME);
        rig.pass(500);
        long sentAtNs = rig.sentAtNs;
        long sequence = rig.heartbeat().getSequence();
        rig.freeze(300);
        rig.renew(rig.renewal(sequence));
        assertThat(rig.core.leaseUntilNs()).isEqualTo(sentAtNs + 2000 * MS);
    }

    @Test
    void lateRenewalOfAnEarlierHeartbeatDoesNotMoveTheLeaseBack() {
        AgentRig rig = new AgentRig().leading(1, ME);
        rig.pass(500);
        long first = rig.heartbeat().getSequence();
        rig.pass(500);
        rig.renew(rig.renewal(first + 1));
        long until = rig.core.leaseUntilNs();
        rig.renew(rig.renewal(first));
        assertThat(rig.core.leaseUntilNs()).isEqualTo(until);
        assertThat(rig.owned().isValid()).isTrue();
    }

    @Test
    void renewalThatGrantsNothingLeavesTheLeaseToRunOut() {
        AgentRig rig = new AgentRig().leading(1, ME);
        long until = rig.core.leaseUntilNs();
        rig.pass(500);
        rig.renew(rig.renewal(rig.heartbeat().getSequence()).setLeaseMs(0));
        assertThat(rig.core.leaseUntilNs()).isEqualTo(until);
    }

    @Test
    void renewalFromAnEarlierStreamIsIgnored() {
        AgentRig rig = new AgentRig().leading(1, ME);
        rig.pass(500);
        long until = rig.core.leaseUntilNs();
        long oldStream = rig.stream;
        LeaseRenewal renewal = rig.renewal(rig.heartbeat().getSequence()).build();
        rig.core.disconnected(oldStream, "broken", rig.nowNs);
        rig.core.received(
                oldStream, SessionDown.newBuilder().setRenewal(renewal).build(), rig.nowNs);
        assertThat(rig.core.leaseUntilNs()).isEqualTo(until);
    }

    @Test
    void renewalOfAHeartbeatThatWasNeverSentIsIgnored() {
        AgentRig rig = new AgentRig().leading(1, ME);
        long until = rig.core.leaseUntilNs();
        rig.pass(500);
        rig.renew(rig.renewal(999));
        assertThat(rig.core.leaseUntilNs()).isEqualTo(until);
    }

    @Test
    void processThatWasStoppedKnowsBeforeItsNextGuardedAction() {
        AgentRig rig = new AgentRig().leading(1, ME);
        Ownership ownership = rig.owned();
        rig.freeze(60_000);
        assertThat(ownership.isValid()).isFalse();
        assertThatThrownBy(() -> ownership.guard(() -> "acted"))
                .isInstanceOf(NotOwnerException.class)
                .hasMessageContaining("orders/0")
                .hasMessageContaining("lease is over");
    }

    @Test
    void lapseReleasesWithNoTimeLeft() {
        AgentRig rig = new AgentRig().leading(3, ME);
        rig.pass(2100);
        assertThat(rig.lapsed).isEqualTo(3);
        assertThat(rig.core.state()).isEqualTo(AgentState.LAPSED);
        assertThat(rig.calls).hasSize(3).allSatisfy(call -> {
            assertThat(call.kind()).isEqualTo(CallbackKind.RELEASE);
            assertThat(call.timeLeft()).isZero();
        });
        rig.returnAll();
        assertThat(rig.outcomes).hasSize(3).containsOnly(ReleaseOutcome.LAPSED);
    }

    @Test
    void atTheEndOfTheLeaseWorkIsReleasedThoughNoControllerCanBeReached() {
        AgentRig rig = new AgentRig().leading(2, ME);
        var owned = rig.core.ownerships();
        rig.core.disconnected(rig.stream, "no route", rig.nowNs);
        rig.pass(1900);
        assertThat(owned).allMatch(o -> o.isValid());
        rig.pass(200);
        assertThat(owned).noneMatch(o -> o.isValid());
        assertThat(rig.core.controller()).isEmpty();
        assertThat(rig.callKinds()).containsExactly(CallbackKind.RELEASE, CallbackKind.RELEASE);
    }

    @Test
    void afterALapseTheSameEpochIsLedAgainUnderANewOwnershipOnceReleaseHasReturned() {
        AgentRig rig = new AgentRig().leading(1, ME);
        Ownership old = rig.owned();
        rig.freeze(2100);
        rig.tick();
        Callback release = rig.call();
        rig.renewAfterReconnect();
        assertThat(old.isValid()).isFalse();
        assertThat(rig.callKinds()).containsExactly(CallbackKind.RELEASE);
        rig.returns(release, null);
        assertThat(rig.call().kind()).isEqualTo(CallbackKind.LEAD);
        Ownership again = rig.owned();
        assertThat(again).isNotSameAs(old);
        assertThat(again.epoch()).isEqualTo(old.epoch());
        assertThat(again.isValid()).isTrue();
        assertThat(old.isValid()).isFalse();
    }

    @Test
    void ownershipSeenInvalidByTheApplicationStaysInvalidEvenIfTheRenewalWasOnlyJustTooLate() {
        AgentRig rig = new AgentRig().leading(1, ME);
        rig.pass(500);
        rig.pass(500);
        Ownership ownership = rig.owned();
        rig.freeze(1600);
        assertThat(ownership.isValid()).isFalse();
        rig.core.received(
                rig.stream,
                SessionDown.newBuilder()
                        .setRenewal(rig.renewal(rig.heartbeat().getSequence()))
                        .build(),
                rig.nowNs);
        assertThat(ownership.isValid()).isFalse();
        assertThat(rig.core.hasLease()).isTrue();
    }

    @Test
    void newLeaseIsNotUsedWithAnImageFromBeforeIt() {
        // Fenced while silent, its work granted to another, forgiven: the image it still has says it leads.
        AgentRig rig = new AgentRig().leading(1, ME, 2);
        rig.freeze(5000);
        rig.tick();
        rig.returnAll();
        var fenced = rig.log.change(
                "orders", edit -> edit.ready(ME, false).leader(2), rig.log.state(ME, BrokerState.FENCED));
        var forgiven = rig.log.setState(ME, BrokerState.UNFENCED);
        rig.renewAfterReconnect();
        assertThat(rig.core.hasLease()).isTrue();
        assertThat(rig.core.ownerships()).isEmpty();
        assertThat(rig.calls).isEmpty();
        rig.apply(fenced);
        rig.apply(forgiven);
        assertThat(rig.core.ownerships()).isEmpty();
        assertThat(rig.calls).isEmpty();
        assertThat(rig.core.state()).isEqualTo(AgentState.ACTIVE);
    }

    @Test
    void newLeaseIsNotUsedWithASnapshotThatTookTheWorkAway() {
        AgentRig rig = new AgentRig().leading(1, ME, 2);
        rig.freeze(5000);
        rig.tick();
        rig.returnAll();
        rig.log.change("orders", edit -> edit.ready(ME, false).leader(2), rig.log.state(ME, BrokerState.FENCED));
        rig.log.setState(ME, BrokerState.UNFENCED);
        rig.renewAfterReconnect();
        rig.feedAll();
        assertThat(rig.log.at("orders", 0).leader()).isEqualTo(2);
        assertThat(rig.core.ownerships()).isEmpty();
        assertThat(rig.calls).isEmpty();
    }

    @Test
    void operatorFenceClosesTheGuardAndIsAckedWhileTheLeaseStillRuns() {
        AgentRig rig = new AgentRig().leading(1, ME);
        Ownership ownership = rig.owned();
        rig.apply(rig.log.change(
                "orders",
                edit -> edit.leader(PartitionState.NONE).releasing(ME),
                rig.log.state(ME, BrokerState.FENCED)));
        assertThat(ownership.isValid()).isFalse();
        assertThat(rig.core.state()).isEqualTo(AgentState.FENCED);
        assertThat(rig.call().kind()).isEqualTo(CallbackKind.RELEASE);
        rig.returnAll();
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
    }
}
