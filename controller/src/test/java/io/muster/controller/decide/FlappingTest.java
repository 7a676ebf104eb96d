package io.muster.controller.decide;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Losses;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlappingTest {
    private final Decider decider = Decider.cluster(3);
    private int starts;

    private boolean unfence() {
        return decider.run(new UnfenceBroker(1, decider.epoch(1), "it is ready"));
    }

    /** A new process of broker 1, as after a crash; true if it may join at once. */
    private boolean restarts() {
        BrokerRecord record = Decider.record(1, "", 100, "again-" + ++starts);
        decider.run(new RegisterBroker(record, false));
        return unfence();
    }

    @Test
    void aFewCrashesAreFreeAndThenTheWaitDoubles() {
        for (int i = 1; i <= 3; i++) {
            decider.fence(1, CauseKind.PROOF_OF_DEATH);
            assertThat(restarts()).as("loss %d is free", i).isTrue();
            decider.advance(10_000);
        }
        for (long waitMs = 2000; waitMs <= 256_000; waitMs *= 2) {
            decider.fence(1, CauseKind.PROOF_OF_DEATH);
            assertThat(restarts()).isFalse();
            assertThat(decider.broker(1).reason())
                    .contains("times in a row and waits until", "muster brokers unfence 1");
            decider.advance(waitMs - 1);
            assertThat(unfence()).isFalse();
            decider.advance(1);
            assertThat(unfence()).as("after %d ms", waitMs).isTrue();
        }
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        assertThat(decider.broker(1).losses().waitUntilMs() - decider.wallMs())
                .as("the wait has a bound")
                .isEqualTo(300_000);
    }

    @Test
    void aProcessThatTakesOverFromOneThatOwnedWorkWasLostToo() {
        for (int i = 1; i <= 3; i++) {
            assertThat(restarts()).isTrue();
        }
        assertThat(restarts()).isFalse();
        assertThat(decider.broker(1).losses().count()).isEqualTo(4);
        assertThat(decider.broker(1).reason()).contains("it was lost 4 times in a row and waits until");
    }

    @Test
    void theOnlyBrokerThatIsLeftDoesNotWait() {
        decider.fence(2, CauseKind.OPERATOR);
        decider.fence(3, CauseKind.OPERATOR);
        for (int i = 1; i <= 8; i++) {
            decider.fence(1, CauseKind.PROOF_OF_DEATH);
            assertThat(restarts())
                    .as("loss %d: nobody else could do its work", i)
                    .isTrue();
        }
    }

    @Test
    void tenRestartsInARowInGoodOrderNeverWait() {
        for (int i = 0; i < 10; i++) {
            decider.run(new StopBroker(1, decider.epoch(1)));
            decider.agentsWork();
            decider.fence(1, CauseKind.GRACEFUL_STOP);
            assertThat(restarts()).isTrue();
        }
        assertThat(decider.broker(1).losses()).isEqualTo(Losses.NONE);
    }

    @Test
    void aProcessThatEndsWhileItStopsWasNotLost() {
        for (int i = 0; i < 10; i++) {
            decider.run(new StopBroker(1, decider.epoch(1)));
            decider.fence(1, CauseKind.PROOF_OF_DEATH);
            assertThat(restarts()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CauseKind.class,
            names = {"SESSION_TIMEOUT", "PROOF_OF_DEATH", "GRAY_FAILURE"})
    void everyKindOfLossCounts(CauseKind kind) {
        decider.fence(1, kind);
        assertThat(decider.broker(1).losses()).isEqualTo(new Losses(1, decider.wallMs(), 0));
    }

    @Test
    void calmForgives() {
        for (int i = 1; i <= 3; i++) {
            decider.fence(1, CauseKind.SESSION_TIMEOUT);
            assertThat(restarts()).isTrue();
        }
        decider.advance(600_001);
        decider.fence(1, CauseKind.SESSION_TIMEOUT);
        assertThat(restarts()).isTrue();
        assertThat(decider.broker(1).losses().count()).isEqualTo(1);
    }

    @Test
    void anOperatorCutsTheWaitShort() {
        for (int i = 1; i <= 4; i++) {
            decider.fence(1, CauseKind.SESSION_TIMEOUT);
            restarts();
        }
        assertThat(unfence()).isFalse();
        SetBrokerFenceRequest request =
                SetBrokerFenceRequest.newBuilder().setId(1).setFenced(false).build();
        assertThat(decider.run(new SetFence(request)).getMessage())
                .isEqualTo("The wait of broker 1 was cut short; it joins when it is ready");
        assertThat(unfence()).isTrue();
        assertThat(decider.run(new SetFence(request)).getOffset()).isEqualTo(-1);
    }

    @Test
    void aClockThatWasSetBackMakesNobodyWait() {
        for (int i = 1; i <= 4; i++) {
            decider.fence(1, CauseKind.SESSION_TIMEOUT);
            restarts();
        }
        decider.advance(-500_000);
        assertThat(unfence()).isTrue();
    }

    @Test
    void whatABrokerSaysOfItsOwnLossesIsIgnored() {
        BrokerRecord record = Decider.record(4, "", 100, "new").toBuilder()
                .setLosses(new Losses(9, 1, Long.MAX_VALUE).toRecord())
                .build();
        decider.join(record);
        assertThat(decider.broker(4).losses()).isEqualTo(Losses.NONE);
    }
}
