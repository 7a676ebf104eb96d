package io.muster.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.decide.LiftHold;
import io.muster.controller.decide.SetFence;
import io.muster.controller.liveness.ProbeResult;
import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LiftFencingHoldRequest;
import io.muster.rpc.v1.RefusalCode;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Liveness, sessions and the loop together, on fake time. */
class LivenessRulesTest {
    private final Rig rig = new Rig().lead();

    @Test
    void aBrokerThatIsReadyIsUnfencedAndGetsLeases() {
        Rig.Client client = rig.client(2);

        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
        assertThat(client.renewals()).isPositive();
        assertThat(client.heard.get(0).hasRegistered()).isTrue();
    }

    @Test
    void aHeartbeatIsConfirmedOnlyByAnEntryHandedInAfterItArrived() {
        Rig.Client client = rig.client(2);
        rig.pass(1000);
        CompletableFuture<Long> before = rig.submit(new Note("before"));
        rig.loop(); // handed in, not committed
        assertThat(before).isNotDone();
        long renewals = client.renewals();
        rig.nowNs += 1;
        client.beat();

        rig.quorum.settle();
        rig.loop();
        rig.unit.liveness().tick(rig.nowNs);
        assertThat(client.renewals())
                .as("the entry was handed in before the heartbeat came")
                .isEqualTo(renewals);

        rig.settle(); // the tick has asked for a barrier
        assertThat(client.renewals()).isEqualTo(renewals + 1);
    }

    @Test
    void anyEntryConfirmsSoThatABusyLogNeedsNoBarrier() {
        Rig.Client client = rig.client(2);
        rig.pass(1000);
        long barriers = rig.unit.liveness().barriers();
        long renewals = client.renewals();
        client.beat();
        rig.nowNs += 1;
        rig.ask(new Note("after"));

        assertThat(client.renewals()).isEqualTo(renewals + 1);
        assertThat(rig.unit.liveness().barriers()).isEqualTo(barriers);
    }

    @Test
    void barriersComeAtMostOnceEveryHalfHeartbeat() {
        List<Rig.Client> clients = new ArrayList<>();
        for (int id = 10; id < 30; id++) {
            clients.add(rig.client(id));
        }
        long barriers = rig.unit.liveness().barriers();
        rig.pass(
                5000,
                () -> clients.forEach(c -> {
                    if ((rig.nowNs / 10_000_000 + c.id) % 50 == 0) {
                        c.beat();
                    }
                }));

        assertThat(rig.unit.liveness().barriers() - barriers).isBetween(5L, 21L);
        assertThat(clients)
                .allSatisfy(c -> assertThat(rig.brokerState(c.id).isUnfenced()).isTrue());
    }

    @Test
    void silenceForASessionTimeoutFences() {
        rig.client(2);
        rig.pass(2600);
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();

        rig.pass(500);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
        assertThat(rig.brokerState(2).reason()).containsIgnoringCase("no heartbeat for 3000 ms");
    }

    @Test
    void aStalledDecisionLoopFencesNobodyAndLetsNoLeaseLapse() {
        Rig.Client client = rig.client(2);
        rig.loopStalled = true;
        for (int i = 0; i < 20; i++) {
            long renewals = client.renewals();
            client.beat();
            rig.pass(500);
            assertThat(client.renewals()).isGreaterThan(renewals);
        }

        rig.loopStalled = false;
        rig.settle();
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
    }

    @Test
    void aProcessThatWasPausedStartsEveryClockAgain() {
        rig.client(2);
        rig.nowNs += 10_000_000_000L;
        rig.settle();
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();

        rig.pass(2900);
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
        rig.pass(200);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
    }

    @Test
    void aNewControllerStartsEveryClockAgainAndKeepsEveryDeadline() {
        rig.client(2);
        rig.pass(2500);
        rig.quorum.depose(1, "test");
        rig.settle();
        rig.lead();
        assertThat(rig.unit.liveness().liveWithoutDeadline(rig.log.image())).isEmpty();

        rig.pass(2900);
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
        rig.pass(200);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
    }

    @Test
    void aBrokenStreamAloneFencesNobodyBeforeItsTime() {
        Rig.Client client = rig.client(2);
        client.session.onClosed(rig.nowNs);
        rig.pass(2500);

        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
    }

    @Test
    void proofOfDeathFencesAtOnce() {
        Rig.Client client = rig.client(2);
        rig.probes.put(2, ProbeResult.gone("refused"));
        client.session.onClosed(rig.nowNs);
        rig.pass(20);

        assertThat(rig.brokerState(2).isFenced()).isTrue();
    }

    @Test
    void aNewControllerProbesBrokersThatHaveNoSession() {
        rig.client(2);
        rig.probes.put(2, ProbeResult.gone("refused"));
        rig.pass(300);
        assertThat(rig.brokerState(2).isUnfenced()).as("its session is open").isTrue();
        rig.quorum.depose(1, "test");
        rig.settle();
        rig.lead();
        rig.pass(20);

        assertThat(rig.brokerState(2).isFenced()).isTrue();
    }

    @Test
    void whenEverybodyFallsSilentNobodyIsFencedByTimeoutButProofStillCounts() {
        List<Rig.Client> clients = List.of(rig.client(2), rig.client(3), rig.client(4));
        clients.forEach(Rig.Client::beat);
        rig.pass(6000);
        assertThat(clients)
                .allSatisfy(c -> assertThat(rig.brokerState(c.id).isUnfenced()).isTrue());
        assertThat(rig.unit.liveness().fencingHold()).contains("3 of 3 brokers");

        rig.probes.put(3, ProbeResult.gone("refused"));
        clients.get(1).session.onClosed(rig.nowNs);
        rig.pass(50);
        assertThat(rig.brokerState(3).isFenced()).isTrue();

        // One that is back is not calm yet: it must last a session timeout.
        beating(3300, clients.get(0));
        assertThat(rig.unit.liveness().fencingHold()).isEmpty();
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
        assertThat(rig.brokerState(4).isFenced()).isTrue();
    }

    @Test
    void theHoldLiftsByAnOperatorAndFencesOneByHandAtAnyTime() {
        List<Rig.Client> clients = List.of(rig.client(2), rig.client(3), rig.client(4));
        clients.forEach(Rig.Client::beat);
        rig.pass(4000);
        assertThat(rig.unit.liveness().heldBrokers()).isEqualTo(3);
        rig.ask(new SetFence(
                SetBrokerFenceRequest.newBuilder().setId(3).setFenced(true).build()));
        assertThat(rig.brokerState(3).isFenced()).isTrue();
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();

        ChangeReply lifted = rig.ask(new LiftHold(LiftFencingHoldRequest.newBuilder()
                .setDurationMs(60_000)
                .setReason("the switch burned")
                .build()));
        assertThat(lifted.getMessage()).endsWith(": the switch burned");
        rig.pass(300);
        assertThat(clients)
                .allSatisfy(c -> assertThat(rig.brokerState(c.id).isFenced()).isTrue());
        assertThat(rig.unit.liveness().fencingHold()).isEmpty();
    }

    @Test
    void theLiftOfAHoldOutlivesItsController() {
        List.of(rig.client(2), rig.client(3), rig.client(4)).forEach(Rig.Client::beat);
        rig.ask(new LiftHold(
                LiftFencingHoldRequest.newBuilder().setDurationMs(60_000).build()));
        rig.quorum.depose(1, "test");
        rig.settle();
        rig.lead();
        rig.pass(3300);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
        assertThat(rig.brokerState(4).isFenced()).isTrue();
    }

    @Test
    void whenEveryApplicationIsUnhealthyTheFaultIsNotTheBrokers() {
        List<Rig.Client> clients = List.of(rig.client(2), rig.client(3), rig.client(4), rig.client(5));
        clients.forEach(
                c -> c.beat(Heartbeat.newBuilder().setWantsUnfenced(true).setUnhealthyReason("the database is gone")));
        rig.pass(300);
        assertThat(clients)
                .allSatisfy(c -> assertThat(rig.brokerState(c.id).isUnfenced()).isTrue());
        assertThat(rig.unit.liveness().fencingHold()).contains("4 of 4 brokers");
    }

    @Test
    void aBrokerThatComesAndGoesWaitsLongerAndSaysUntilWhen() {
        Rig.Client other = rig.client(3);
        for (int i = 0; i < 4; i++) {
            Rig.Client client = rig.client(2);
            assertThat(rig.brokerState(2).isUnfenced()).isTrue();
            client.session.onClosed(rig.nowNs);
            rig.probes.put(2, ProbeResult.gone("refused"));
            rig.pass(20);
            assertThat(rig.brokerState(2).isFenced()).isTrue();
            rig.probes.clear();
        }
        assertThat(rig.brokerState(2).reason()).contains("it was lost 4 times in a row and waits until");
        Rig.Client back = rig.new Client(2).register();
        back.beat();
        beating(1500, back, other);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
        beating(1000, back, other);
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
    }

    private void beating(long ms, Rig.Client... clients) {
        rig.pass(ms, () -> {
            if (rig.nowNs / 10_000_000 % 50 == 0) {
                List.of(clients).forEach(Rig.Client::beat);
            }
        });
    }

    @Test
    void aFencedBrokerGetsAnEmptyLease() {
        Rig.Client fenced = rig.new Client(3).register();
        fenced.beat(Heartbeat.newBuilder().setWantsUnfenced(false));
        rig.pass(300);

        assertThat(fenced.last().getRenewal().getLeaseMs()).isZero();
        assertThat(fenced.last().getRenewal().getState()).isEqualTo(BrokerState.FENCED);
    }

    @Test
    void aBrokerThatWasFencedGetsNoLeaseBeforeItKnows() {
        Rig.Client client = rig.client(2);
        long knew = rig.log.image().nextOffset();
        rig.pass(3200);
        assertThat(rig.brokerState(2).isFenced()).isTrue();

        // It comes back from a pause with the image that it had, in which it may still lead what others lead now.
        client.applied = knew;
        client.beat();
        rig.pass(300);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
        client.applied = -1;
        client.beat();
        rig.pass(300);
        assertThat(rig.brokerState(2).isUnfenced()).isTrue();
    }

    @Test
    void aBrokerThatHeartbeatsButDoesNotApplyTheLogIsFenced() {
        Rig.Client client = rig.client(2);
        client.applied = rig.log.image().nextOffset();
        rig.ask(new Note("moves the offset"));
        for (int i = 0; i < 10; i++) {
            client.beat();
            rig.pass(500);
        }

        assertThat(rig.brokerState(2).isFenced()).isTrue();
        assertThat(rig.brokerState(2).reason()).containsIgnoringCase("has not applied the log");
    }

    @Test
    void anUnhealthyApplicationIsFenced() {
        Rig.Client client = rig.client(2);
        client.beat(Heartbeat.newBuilder().setWantsUnfenced(true).setUnhealthyReason("disk is full"));
        rig.pass(20);

        assertThat(rig.brokerState(2).isFenced()).isTrue();
        assertThat(rig.brokerState(2).reason()).contains("disk is full");
    }

    @Test
    void aBrokerWithNothingToHandOverStopsAtOnce() {
        Rig.Client client = rig.client(2);
        client.beat(Heartbeat.newBuilder().setWantsToStop(true));
        rig.pass(20);
        assertThat(rig.brokerState(2).state()).isEqualTo(BrokerState.STOPPING);
        client.beat(Heartbeat.newBuilder().setWantsToStop(true));
        rig.pass(300);
        assertThat(client.last().getRenewal().getMayStop()).isTrue();

        client.session.onClosed(rig.nowNs);
        rig.pass(20);
        assertThat(rig.brokerState(2).isFenced()).isTrue();
    }

    @Test
    void aNewerStreamOfTheSameIncarnationReplacesTheOlder() {
        Rig.Client first = rig.client(2);
        Rig.Client second = rig.new Client(2).register();

        assertThat(second.epoch).isEqualTo(first.epoch);
        assertThat(first.ended).isTrue();
        first.session.onClosed(rig.nowNs);
        second.sequence = 50;
        second.beat();
        rig.pass(300);
        assertThat(second.last().getRenewal().getSequence()).isEqualTo(51);
    }

    @Test
    void aDeposedControllerEndsItsSessionsAndSaysSo() {
        Rig.Client client = rig.client(2);
        rig.quorum.depose(1, "test");

        assertThat(client.ended).isTrue();
        assertThat(client.last().getRefused().getCode()).isEqualTo(RefusalCode.NOT_CONTROLLER);
    }

    @Test
    void anotherClusterAndAnotherMachineWithTheSameIdAreRefused() {
        rig.client(2);
        Rig.Client twin = rig.new Client(2);
        twin.session.onMessage(
                io.muster.rpc.v1.SessionUp.newBuilder()
                        .setRegister(io.muster.rpc.v1.Register.newBuilder()
                                .setClusterId(Rig.CLUSTER)
                                .setBroker(Rig.broker(2, "other").toBuilder().setDirectoryId("elsewhere")))
                        .build(),
                rig.nowNs);
        rig.settle();
        assertThat(twin.last().getRefused().getCode()).isEqualTo(RefusalCode.DUPLICATE_NODE);

        Rig.Client stranger = rig.new Client(5);
        stranger.session.onMessage(
                io.muster.rpc.v1.SessionUp.newBuilder()
                        .setRegister(io.muster.rpc.v1.Register.newBuilder()
                                .setClusterId("other")
                                .setBroker(Rig.broker(5, "i")))
                        .build(),
                rig.nowNs);
        assertThat(stranger.last().getRefused().getCode()).isEqualTo(RefusalCode.WRONG_CLUSTER);
    }
}
