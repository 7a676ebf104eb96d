package io.muster.agent.core;

import static io.muster.agent.core.AgentRig.ME;
import static io.muster.agent.core.AgentRig.MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.agent.script.LogScript;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Record;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.RefusalCode;
import io.muster.rpc.v1.Register;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentSessionTest {
    private final AgentRig rig = new AgentRig();

    @Test
    void goesFromJoiningToActive() {
        rig.active();
        assertThat(rig.states).containsExactly("JOINING->REGISTERING", "REGISTERING->FENCED", "FENCED->ACTIVE");
        Register register = rig.sent.get(0).getRegister();
        assertThat(register.getClusterId()).isEqualTo(LogScript.CLUSTER);
        BrokerRecord broker = register.getBroker();
        assertThat(broker.getBrokerId()).isEqualTo(ME);
        assertThat(broker.getIncarnation()).isEqualTo("inc-1");
        assertThat(broker.getDirectoryId()).isEqualTo("dir-1");
        assertThat(broker.getHost()).isEqualTo("host1");
        assertThat(broker.getPort()).isEqualTo(7001);
    }

    @Test
    void asksToBeUnfencedOnlyWhenItsOwnRegistrationHasArrivedByTheFeed() {
        rig.core.start(rig.nowNs);
        rig.connect();
        rig.registered(1);
        assertThat(rig.heartbeat().getWantsUnfenced()).isFalse();
        rig.log.register(ME, "inc-1");
        rig.feedAll();
        rig.pass(10);
        assertThat(rig.heartbeat().getWantsUnfenced()).isTrue();
        assertThat(rig.heartbeat().getAppliedOffset()).isEqualTo(2);
    }

    @Test
    void doesNotAskToBeUnfencedWhileTheApplicationIsNotReady() {
        rig.core.applicationReady(false, rig.nowNs);
        rig.active();
        assertThat(rig.heartbeat().getWantsUnfenced()).isFalse();
        rig.core.applicationReady(true, rig.nowNs);
        rig.pass(10);
        assertThat(rig.heartbeat().getWantsUnfenced()).isTrue();
    }

    @Test
    void heartbeatsEachIntervalWithRisingSequence() {
        rig.active();
        int before = rig.heartbeats().size();
        for (int i = 0; i < 4; i++) {
            rig.pass(500);
            rig.renew();
        }
        List<Long> sequences =
                rig.heartbeats().stream().map(Heartbeat::getSequence).toList();
        assertThat(sequences).hasSize(before + 4).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void saysAtOnceThatItIsUnhealthy() {
        rig.active();
        int before = rig.heartbeats().size();
        rig.core.health("disk is on fire", rig.nowNs);
        rig.pass(10);
        assertThat(rig.heartbeats()).hasSize(before + 1);
        assertThat(rig.heartbeat().getUnhealthyReason()).isEqualTo("disk is on fire");
    }

    @Test
    void followsARefusalToTheController() {
        rig.core.start(rig.nowNs);
        rig.connect();
        rig.refuse(RefusalCode.NOT_CONTROLLER, "", "z:9");
        assertThat(rig.connects).hasSize(2).last().isEqualTo("z:9");
    }

    @Test
    void triesEveryBootstrapServerBeforeItPauses() {
        rig.core.start(rig.nowNs);
        rig.tick();
        for (int i = 0; i < 3; i++) {
            rig.core.disconnected(rig.stream, "refused", rig.nowNs);
            rig.tick();
        }
        assertThat(rig.connects).containsExactlyInAnyOrder("a:1", "b:1", "c:1");
        rig.pass(60);
        assertThat(rig.connects).hasSize(4);
    }

    @Test
    void votersThatAllNameADeadControllerAreNotAskedInATightLoop() {
        rig.core.start(rig.nowNs);
        rig.tick();
        for (int attempts = 0; rig.connects.size() > attempts; ) {
            attempts = rig.connects.size();
            assertThat(attempts).isLessThan(10);
            if (rig.connects.get(attempts - 1).equals("dead:1")) {
                rig.core.disconnected(rig.stream, "refused", rig.nowNs);
                rig.tick();
            } else {
                rig.core.connected(rig.stream, rig.nowNs);
                rig.refuse(RefusalCode.NOT_CONTROLLER, "", "dead:1");
            }
        }
        assertThat(rig.core.nextTickNs()).isGreaterThan(rig.nowNs);
    }

    @Test
    void attemptThatHangsIsGivenUpAfterTheRpcTimeout() {
        rig.core.start(rig.nowNs);
        rig.tick();
        rig.pass(510);
        assertThat(rig.connects).hasSize(2);
        assertThat(rig.closed).containsExactly(1L);
    }

    @Test
    void controllerThatLeavesHeartbeatsUnansweredIsGivenUp() {
        rig.active();
        rig.pass(1600);
        assertThat(rig.closed).isNotEmpty();
        assertThat(rig.connects.size()).isGreaterThan(1);
        assertThat(rig.core.state()).isEqualTo(AgentState.ACTIVE);
    }

    @Test
    void keepsItsWorkThroughAChangeOfController() {
        rig.leading(1, ME);
        rig.core.disconnected(rig.stream, "controller died", rig.nowNs);
        rig.tick();
        rig.core.connected(rig.stream, rig.nowNs);
        rig.registered(rig.core.brokerEpoch());
        rig.pass(10);
        rig.renew();
        assertThat(rig.owned().isValid()).isTrue();
        assertThat(rig.calls).isEmpty();
        assertThat(rig.lapsed).isZero();
    }

    @Test
    void newBrokerEpochEndsAllOwnershipsAndStartsAnew() {
        rig.leading(1, ME, 2);
        var old = rig.owned();
        rig.core.disconnected(rig.stream, "controller died", rig.nowNs);
        rig.tick();
        rig.core.connected(rig.stream, rig.nowNs);
        var reborn = rig.log.change("orders", edit -> edit.leader(2), reregistered());
        rig.registered(reborn.offset());
        assertThat(old.isValid()).isFalse();
        assertThat(rig.callKinds()).containsExactly(CallbackKind.RELEASE);
        assertThat(rig.call().timeLeft()).isZero();
        assertThat(rig.core.state()).isEqualTo(AgentState.FENCED);
    }

    @Test
    void takeOverByAnotherProcessEndsAllOwnerships() {
        rig.leading(1, ME, 2);
        var old = rig.owned();
        rig.apply(rig.log.change("orders", edit -> edit.ready(ME, false).leader(2), other()));
        assertThat(old.isValid()).isFalse();
        assertThat(rig.core.state()).isEqualTo(AgentState.FENCED);
    }

    @Test
    void foreignClusterEndsTheAgentWithTheReason() {
        rig.core.start(rig.nowNs);
        rig.connect();
        rig.refuse(RefusalCode.WRONG_CLUSTER, "this is cluster x", "");
        assertThat(rig.core.state()).isEqualTo(AgentState.FAILED);
        MusterException failure = rig.core.failure();
        assertThat(failure).isNotNull().hasMessage("this is cluster x");
        assertThat(rig.core.nextTickNs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void duplicateNodeIsTriedAgainForAWhileAndThenGivenUp() {
        rig.core.start(rig.nowNs);
        for (int i = 0; i < 100 && rig.core.state() != AgentState.FAILED; i++) {
            rig.pass(500);
            rig.core.connected(rig.stream, rig.nowNs);
            rig.refuse(RefusalCode.DUPLICATE_NODE, "node 1 is alive", "");
        }
        assertThat(rig.nowNs).isGreaterThan(10_000 * MS);
        MusterException failure = rig.core.failure();
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.ALREADY_EXISTS);
    }

    @Test
    void gracefulStopHandsOverFirst() {
        rig.leading(1, ME, 2);
        rig.core.stop(rig.nowNs);
        rig.pass(10);
        assertThat(rig.heartbeat().getWantsToStop()).isTrue();
        assertThat(rig.heartbeat().getWantsUnfenced()).isFalse();
        assertThat(rig.core.state()).isEqualTo(AgentState.STOPPING);
        assertThat(rig.owned().isValid()).isTrue();
        rig.apply(rig.log.change(
                "orders", edit -> edit.leader(-1).releasing(ME).target(2), rig.log.state(ME, BrokerState.STOPPING)));
        rig.returnAll();
        rig.pass(10);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
        rig.apply(rig.log.change("orders", edit -> edit.releasing(-1).target(-1).leader(2)));
        rig.renew(rig.renewal(rig.heartbeat().getSequence()).setMayStop(true));
        assertThat(rig.core.state()).isEqualTo(AgentState.STOPPED);
        assertThat(rig.closed).contains(rig.stream);
    }

    @Test
    void stoppingBrokerLeavesAsSoonAsItsOwnImageShowsThatNothingIsLeft() {
        rig.leading(1, ME, 2);
        rig.core.stop(rig.nowNs);
        rig.apply(rig.log.change(
                "orders", edit -> edit.leader(-1).releasing(ME).target(2), rig.log.state(ME, BrokerState.STOPPING)));
        rig.returnAll();
        assertThat(rig.core.state()).as("nobody has heard of it yet").isEqualTo(AgentState.STOPPING);
        rig.apply(rig.log.change("orders", edit -> edit.releasing(-1).target(-1).leader(2)));
        assertThat(rig.core.state()).isEqualTo(AgentState.STOPPED);
        assertThat(rig.closed).contains(rig.stream);
    }

    @Test
    void leavingClosesGuardsAtOnceAndWaitsForReleases() {
        rig.leading(2, ME);
        var owned = rig.core.ownerships();
        rig.core.leave(rig.nowNs);
        assertThat(owned).noneMatch(o -> o.isValid());
        assertThat(rig.core.state()).isEqualTo(AgentState.RELEASING);
        rig.returnAll();
        assertThat(rig.core.state()).isEqualTo(AgentState.STOPPED);
        assertThat(rig.outcomes).containsExactly(ReleaseOutcome.LEFT, ReleaseOutcome.LEFT);
    }

    @Test
    void feedThatStandsStillBehindTheControllerIsReopened() {
        rig.active();
        rig.log.setState(ME, BrokerState.UNFENCED);
        rig.pass(500);
        rig.renew();
        for (int i = 0; i < 5; i++) {
            rig.pass(500);
            rig.renew();
        }
        assertThat(rig.reopened).hasSize(1);
    }

    private Record reregistered() {
        return Record.newBuilder()
                .setBroker(rig.sent.get(0).getRegister().getBroker())
                .build();
    }

    private Record other() {
        return reregistered().toBuilder()
                .setBroker(rig.sent.get(0).getRegister().getBroker().toBuilder().setIncarnation("inc-2"))
                .build();
    }
}
