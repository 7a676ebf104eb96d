package io.muster.controller.decide;

import static io.muster.controller.decide.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.error.ErrorCode;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.PartitionRefs;
import io.muster.rpc.v1.Released;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stopping, releasing and readiness: what agents report. */
class HandOverTest {
    private final Decider decider = Decider.cluster(3);

    @Test
    void aStoppingBrokerHandsOverAllAndMayThenStop() {
        decider.create("orders", 9, 2);
        assertThat(decider.run(new StopBroker(1, decider.epoch(1)))).isFalse();
        assertThat(decider.broker(1).state()).isEqualTo(BrokerState.STOPPING);
        assertThat(decider.leaders(1)).isZero();
        assertThat(decider.run(new StopBroker(1, decider.epoch(1)))).isFalse();
        decider.agentsWork();
        assertThat(decider.partitions()).allMatch(s -> s.leader() == 2 || s.leader() == 3);
        assertThat(decider.run(new StopBroker(1, decider.epoch(1)))).isTrue();
        decider.settle();
        assertThat(decider.leaders(1)).isZero();
        assertThat(decider.fence(1, CauseKind.GRACEFUL_STOP)).isTrue();
    }

    @Test
    void anExclusivePartitionIsMadeReadyElsewhereBeforeItsOwnerIsAskedToLetGo() {
        decider.create("jobs", 3, 1);
        PartitionState led = ledBy(1);
        decider.run(new StopBroker(1, decider.epoch(1)));
        PartitionState preparing = decider.partition("jobs", led.partition());
        assertThat(preparing.leader()).isEqualTo(1);
        assertThat(preparing.addingMask()).isNotZero();
        int next = preparing.replica(0) == 1 ? preparing.replica(1) : preparing.replica(0);
        assertThat(decider.run(new StopBroker(1, decider.epoch(1)))).isFalse();
        assertThat(decider.partition("jobs", led.partition())).isEqualTo(preparing);

        decider.run(ready(next, preparing));
        PartitionState revoked = decider.partition("jobs", led.partition());
        assertThat(revoked.releasing()).isEqualTo(1);
        assertThat(revoked.target()).isEqualTo(next);
        decider.run(released(1, ack(revoked, revoked.leaderEpoch())));
        assertThat(decider.partition("jobs", led.partition()).leader()).isEqualTo(next);
        assertThat(decider.partition("jobs", led.partition()).replicas()).containsExactly(next);
        assertThat(decider.run(new StopBroker(1, decider.epoch(1)))).isTrue();
    }

    @Test
    void anExclusivePartitionWhoseNextOwnerDiesWhileItWarmsUpGetsAnother() {
        decider.create("jobs", 3, 1);
        PartitionState led = ledBy(1);
        decider.run(new StopBroker(1, decider.epoch(1)));
        PartitionState preparing = decider.partition("jobs", led.partition());
        int lost = preparing.replica(0) == 1 ? preparing.replica(1) : preparing.replica(0);
        decider.fence(lost, CauseKind.PROOF_OF_DEATH);
        decider.run(new StopBroker(1, decider.epoch(1)));
        decider.settle();
        assertThat(decider.partition("jobs", led.partition()).leader()).isEqualTo(5 - lost);
    }

    @Test
    void aBrokerThatLeavesWaitsForAStandbyThatIsAboutToBeReady() {
        decider.create("orders", 6, 2);
        PartitionState led = ledBy(1);
        int standby = led.replica(0) == 1 ? led.replica(1) : led.replica(0);
        decider.run(new ReportReady(standby, decider.epoch(standby), List.of(), List.of(ref(led))));
        decider.run(new StopBroker(1, decider.epoch(1)));
        assertThat(decider.partition("orders", led.partition()).leader()).isEqualTo(1);
        decider.run(ready(standby, led));
        decider.run(new StopBroker(1, decider.epoch(1)));
        assertThat(decider.partition("orders", led.partition()).target()).isEqualTo(standby);
    }

    @Test
    void aBrokerThatLeadsManyHandsThemOverAFewAtATime() {
        decider.create("orders", 300, 2);
        assertThat(decider.leaders(1)).isEqualTo(100);
        decider.run(new StopBroker(1, decider.epoch(1)));
        int asked = 100 - decider.leaders(1);
        assertThat(asked).isEqualTo(Steps.handOversAtOnce(100)).isLessThan(100);
        decider.run(new StopBroker(1, decider.epoch(1)));
        assertThat(decider.leaders(1))
                .as("asked again while none was given back")
                .isEqualTo(100 - asked);
        PartitionState one = decider.partitions().stream()
                .filter(PartitionState::isHandingOver)
                .findFirst()
                .orElseThrow();

        decider.run(released(1, ack(one, one.leaderEpoch())));

        assertThat(decider.leaders(1))
                .as("one was given back, so one more is asked for")
                .isEqualTo(99 - asked);
        for (int round = 0; round < 100 && decider.leaders(1) > 0; round++) {
            decider.agentsWork();
        }
        decider.agentsWork();
        assertThat(decider.run(new StopBroker(1, decider.epoch(1)))).isTrue();
        assertThat(decider.partitions()).allMatch(p -> p.leader() == 2 || p.leader() == 3);
    }

    @Test
    void aStoppingBrokerIsNotUnfenced() {
        decider.run(new StopBroker(1, decider.epoch(1)));
        assertThat(decider.run(new UnfenceBroker(1, decider.epoch(1), "ready"))).isFalse();
    }

    @Test
    void anAckCountsOnceAndOnlyForItsEpoch() {
        decider.create("orders", 3, 2);
        PartitionState s = ledBy(1);
        decider.run(new StopBroker(1, decider.epoch(1)));
        Released ack = ack(s, s.leaderEpoch());
        assertThat(decider.run(released(1, ack(s, s.leaderEpoch() - 1)))).isFalse();
        assertThat(decider.run(released(2, ack))).isFalse();
        assertThat(decider.run(new ReportReleased(1, decider.epoch(1), List.of(ack, ack))))
                .isTrue();
        PartitionState granted = decider.partition("orders", s.partition());
        assertThat(granted.leader()).isIn(2, 3);
        assertThat(granted.leaderEpoch()).isEqualTo(decider.image().nextOffset() - 1);
        assertThat(decider.run(released(1, ack))).isFalse();
    }

    @Test
    void aTargetThatDiesInTheMeantimeIsPassedOver() {
        decider.create("orders", 9, 3);
        PartitionState s = ledBy(1);
        decider.run(new StopBroker(1, decider.epoch(1)));
        int target = decider.partition("orders", s.partition()).target();
        decider.fence(target, CauseKind.PROOF_OF_DEATH);
        decider.agentsWork();
        assertThat(decider.partitions()).allMatch(p -> p.leader() != 1 && p.leader() != target && p.leader() > 0);
    }

    @Test
    void messagesOfAnotherIncarnationAreRefused() {
        long old = decider.epoch(1);
        decider.join(Decider.record(1, "", 100, "another"));
        assertRefused(decider, new ReportReleased(1, old, List.of()), ErrorCode.STALE_EPOCH, "Broker 1", "" + old);
        assertRefused(decider, new ReportReady(1, old, List.of(), List.of()), ErrorCode.STALE_EPOCH, "Broker 1");
        assertRefused(decider, new UnfenceBroker(1, old, "ready"), ErrorCode.STALE_EPOCH, "Broker 1");
        assertRefused(decider, new StopBroker(1, old), ErrorCode.STALE_EPOCH, "Broker 1");
        assertRefused(decider, new StopBroker(8, 1), ErrorCode.STALE_EPOCH, "Broker 8", "register");
    }

    @Test
    void readyReplicasAreListedAndUnknownOnesPassedOver() {
        decider.create("orders", 9, 2);
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        decider.run(new UnfenceBroker(1, decider.epoch(1), "it is back"));
        PartitionState mine = decider.partitions().stream()
                .filter(s -> s.hasReplica(1))
                .findFirst()
                .orElseThrow();
        PartitionState foreign = decider.partitions().stream()
                .filter(s -> !s.hasReplica(1))
                .findFirst()
                .orElseThrow();
        assertThat(decider.run(ready(1, mine, foreign))).isTrue();
        assertThat(decider.partition("orders", mine.partition()).isReady(1)).isTrue();
        assertThat(decider.sentence()).isEqualTo("1 replica of broker 1 became ready");
        assertThat(decider.run(ready(1, mine, foreign))).isFalse();
        PartitionRefs nonsense =
                PartitionRefs.newBuilder().setResourceId(4711).addPartitions(-3).build();
        assertThat(decider.run(new ReportReady(1, decider.epoch(1), List.of(nonsense), List.of())))
                .isFalse();
    }

    @Test
    void aFencedBrokerIsNotReady() {
        decider.create("orders", 3, 2);
        PartitionState s = ledBy(1);
        decider.fence(1, CauseKind.OPERATOR);
        assertThat(decider.run(ready(1, s))).isFalse();
    }

    @Test
    void aLeaderThatIsNotReadyHandsOver() {
        decider.create("orders", 3, 2);
        PartitionState s = ledBy(1);
        PartitionRefs ref = ref(s);
        assertThat(decider.run(new ReportReady(1, decider.epoch(1), List.of(), List.of(ref))))
                .isTrue();
        PartitionState revoked = decider.partition("orders", s.partition());
        assertThat(revoked.releasing()).isEqualTo(1);
        assertThat(revoked.isReady(1)).isFalse();
        decider.run(released(1, ack(revoked, revoked.leaderEpoch())));
        assertThat(decider.partition("orders", s.partition()).leader()).isIn(2, 3);
    }

    private PartitionState ledBy(int id) {
        return decider.partitions().stream()
                .filter(s -> s.leader() == id)
                .findFirst()
                .orElseThrow();
    }

    private ReportReleased released(int id, Released ack) {
        return new ReportReleased(id, decider.epoch(id), List.of(ack));
    }

    private ReportReady ready(int id, PartitionState... states) {
        return new ReportReady(
                id,
                decider.epoch(id),
                java.util.Arrays.stream(states).map(HandOverTest::ref).toList(),
                List.of());
    }

    private static PartitionRefs ref(PartitionState s) {
        return PartitionRefs.newBuilder()
                .setResourceId(s.resource().id())
                .addPartitions(s.partition())
                .build();
    }

    private static Released ack(PartitionState s, long epoch) {
        return Released.newBuilder()
                .setResourceId(s.resource().id())
                .setPartition(s.partition())
                .setLeaderEpoch(epoch)
                .build();
    }
}
