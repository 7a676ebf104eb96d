package io.muster.controller.decide;

import static io.muster.controller.decide.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.error.ErrorCode;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.CauseKind;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RegisterBrokerTest {
    private final Decider decider = Decider.cluster(3);

    @Test
    void aNewBrokerStartsFencedWithTheOffsetAsItsEpoch() {
        long offset = decider.image().nextOffset();
        assertThat(decider.run(new RegisterBroker(Decider.record(4), false))).isEqualTo(offset);
        assertThat(decider.broker(4).isFenced()).isTrue();
        assertThat(decider.epoch(4)).isEqualTo(offset);
        assertThat(decider.sentence()).isEqualTo("Broker 4 registered at host4:9000");
    }

    @Test
    void theSameIncarnationKeepsItsEpochAndChangesNothing() {
        long before = decider.image().nextOffset();
        assertThat(decider.run(new RegisterBroker(Decider.record(2), true))).isEqualTo(decider.epoch(2));
        assertThat(decider.image().nextOffset()).isEqualTo(before);
    }

    @Test
    void aRestartTakesOverAtOnceAndItsWorkMovesInTheSameBatch() {
        decider.create("orders", 9, 2);
        long oldEpoch = decider.epoch(1);
        long epoch = decider.run(new RegisterBroker(Decider.record(1, "", 100, "another"), true));
        assertThat(epoch).isGreaterThan(oldEpoch);
        assertThat(decider.leaders(1)).isZero();
        assertThat(decider.partitions()).allSatisfy(s -> {
            assertThat(s.leader()).isPositive();
            assertThat(s.isReady(1)).isFalse();
        });
        assertThat(decider.sentence())
                .isEqualTo("Broker 1 registered at host1:9000: a new process took over from the one of epoch "
                        + oldEpoch + "; 3 partitions moved to 2 brokers");
    }

    @Test
    void anotherDirectoryIsRefusedWhileTheFirstProcessMayLive() {
        BrokerRecord copy = Decider.record(1, "", 100, "another").toBuilder()
                .setDirectoryId("elsewhere")
                .build();
        assertRefused(decider, new RegisterBroker(copy, false), ErrorCode.ALREADY_EXISTS, "node.id 1", "host1:9000");
        decider.fence(1, CauseKind.SESSION_TIMEOUT);
        assertRefused(decider, new RegisterBroker(copy, true), ErrorCode.ALREADY_EXISTS, "node.id 1");
        assertThat(decider.run(new RegisterBroker(copy, false))).isEqualTo(decider.epoch(1));
        assertThat(decider.broker(1).directoryId()).isEqualTo("elsewhere");
    }

    /** Found by the model: the earlier process's message outlived it, and the later one's work would have been granted on. */
    @Test
    void aLateRegistrationOfAnEarlierProcessTakesNothingFromALaterOne() {
        decider.create("orders", 9, 2);
        BrokerRecord earlier = started("earlier", 41);
        BrokerRecord later = started("later", 42);
        long epoch = decider.run(new RegisterBroker(later, false));

        assertRefused(decider, new RegisterBroker(earlier, true), ErrorCode.ALREADY_EXISTS, "41");
        assertRefused(decider, new RegisterBroker(earlier, false), ErrorCode.ALREADY_EXISTS, "older than 42");
        assertThat(decider.epoch(1)).isEqualTo(epoch);
        assertThat(decider.run(new RegisterBroker(started("next", 43), true))).isGreaterThan(epoch);
    }

    private static BrokerRecord started(String incarnation, long startNumber) {
        return Decider.record(1, "", 100, incarnation).toBuilder()
                .setStartNumber(startNumber)
                .build();
    }

    @Test
    void anotherDirectoryWaitsForTheLeaseOfTheLastProcess() {
        decider.create("orders", 9, 2);
        decider.fence(1, CauseKind.OPERATOR);
        BrokerRecord other = Decider.record(1, "", 100, "another").toBuilder()
                .setDirectoryId("elsewhere")
                .build();
        assertRefused(decider, new RegisterBroker(other, false), ErrorCode.OVERLOADED, "may still own work");
        decider.run(new LeaseOver(1, "it ended"));
        assertThat(decider.run(new RegisterBroker(other, false))).isEqualTo(decider.epoch(1));
    }

    @Test
    void anOperatorsHoldOutlivesARestart() {
        decider.run(new SetFence(SetBrokerFenceRequest.newBuilder()
                .setId(1)
                .setFenced(true)
                .setReason("disk check")
                .build()));
        long epoch = decider.run(new RegisterBroker(Decider.record(1, "", 100, "another"), false));
        assertThat(OperatorHold.isHeld(decider.broker(1))).isTrue();
        assertThat(decider.run(new UnfenceBroker(1, epoch, "ready"))).isFalse();
    }

    @Test
    void whatMakesNoSenseIsRefusedWithTheReason() {
        refuse(b -> b.setBrokerId(-1), "node.id -1");
        refuse(b -> b.setIncarnation(""), "incarnation");
        refuse(b -> b.setDirectoryId(""), "format");
        refuse(b -> b.setHost(""), "advertised.listener");
        refuse(b -> b.setPort(0), "port 0");
        refuse(b -> b.setCapacity(-5), "broker.capacity -5");
        refuse(b -> b.setRack("r".repeat(20_000)), "16384");
    }

    private void refuse(UnaryOperator<BrokerRecord.Builder> change, String fact) {
        BrokerRecord record = change.apply(Decider.record(9).toBuilder()).build();
        assertRefused(decider, new RegisterBroker(record, false), ErrorCode.INVALID_ARGUMENT, fact);
    }

    @Test
    void aVersionThatCannotReadTheLogIsRefused() {
        BrokerRecord record = Decider.record(9).toBuilder()
                .setMinFormatLevel(7)
                .setMaxFormatLevel(9)
                .build();
        assertRefused(decider, new RegisterBroker(record, false), ErrorCode.FAILED_PRECONDITION, "7 to 9");
    }

    @Test
    void aRunningProcessCannotChangeItsFacts() {
        BrokerRecord moved = Decider.record(1).toBuilder().setRack("r9").build();
        assertRefused(decider, new RegisterBroker(moved, true), ErrorCode.INVALID_ARGUMENT, "restart");
    }
}
