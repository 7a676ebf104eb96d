package io.muster.controller.decide;

import static io.muster.metadata.image.PartitionState.NONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.error.ErrorCode;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Suspect;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.LeadReport;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.ReleasePartitionRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkingTest {
    private Decider decider = Decider.cluster(3);
    private int starts;

    private LeadReport report(int partition, String reason) {
        PartitionState state = decider.partition("orders", partition);
        return LeadReport.newBuilder()
                .setResourceId(state.resource().id())
                .setPartition(partition)
                .setLeaderEpoch(state.leaderEpoch())
                .setReason(reason)
                .build();
    }

    /** The owner of each partition reports that it fails to lead it, and lets go of what is taken away. */
    private void fail(int... partitions) {
        for (int partition : partitions) {
            int owner = decider.partition("orders", partition).leader();
            if (owner == NONE) {
                continue;
            }
            decider.run(new ReportLeads(
                    owner,
                    decider.epoch(owner),
                    List.of(report(partition, "java.io.IOException: broken")),
                    List.of(),
                    Parking.DEFAULTS));
        }
        decider.agentsWork();
        decider.advance(4000);
    }

    /** The process of a broker dies while it begins to lead those partitions, and comes back. */
    private void dieLeading(int broker, int... partitions) {
        List<LeadReport> reports = new ArrayList<>();
        for (int partition : partitions) {
            assertThat(decider.partition("orders", partition).leader()).isEqualTo(broker);
            reports.add(report(partition, ""));
        }
        decider.fence(broker, CauseKind.PROOF_OF_DEATH);
        restart(broker, reports);
    }

    private void restart(int broker, List<LeadReport> reports) {
        register(broker, reports);
        decider.run(new UnfenceBroker(broker, decider.epoch(broker), "it is ready"));
        decider.agentsWork();
        decider.advance(2000);
    }

    private void register(int broker, List<LeadReport> reports) {
        BrokerRecord record = Decider.record(broker, "", 100, "again-" + ++starts);
        decider.run(
                new RegisterBroker(record, false, new Flapping(1000, 1, 1, 1), List.copyOf(reports), Parking.DEFAULTS));
    }

    /** Only the broker that holds its one replica can lead each partition. */
    private void createDurable() {
        decider.run(new CreateResource(CreateResourceRequest.newBuilder()
                .setName("orders")
                .setPartitions(300)
                .setReplicas(1)
                .setStateKind(StateKind.STATE_DURABLE)
                .build()));
    }

    private ChangeReply release(int partition) {
        return decider.run(new ReleasePartition(ReleasePartitionRequest.newBuilder()
                .setResource("orders")
                .setPartition(partition)
                .build()));
    }

    private void move(int partition, int to) {
        decider.run(new MoveLeader(MovePartitionRequest.newBuilder()
                .setResource("orders")
                .setPartition(partition)
                .setTo(to)
                .build()));
        decider.agentsWork();
    }

    private int strikes(int partition) {
        return decider.image()
                .suspect(decider.partition("orders", partition).slot())
                .map(Suspect::strikes)
                .orElse(0);
    }

    private boolean isParked(int partition) {
        return decider.image().isParked(decider.partition("orders", partition).slot());
    }

    @Test
    void aPartitionThatThreeOwnersInARowFailToLeadIsParkedAndReleasedByHand() {
        decider.create("orders", 300, 3);
        int first = decider.partition("orders", 7).leader();
        fail(7);
        assertThat(decider.partition("orders", 7).leader())
                .as("another one tries")
                .isNotIn(first, NONE);
        fail(7);
        assertThat(isParked(7)).isFalse();
        fail(7);
        assertThat(isParked(7)).isTrue();
        PartitionState parked = decider.partition("orders", 7);
        assertThat(parked.leader()).isEqualTo(NONE);
        assertThat(parked.isHandingOver()).as("its owner has let go").isFalse();
        Suspect suspect = decider.image().suspect(parked.slot()).orElseThrow();
        assertThat(suspect.reason()).contains("failed to lead it: java.io.IOException: broken");

        // Nobody is given it, whatever happens.
        decider.settle();
        decider.fence(1, CauseKind.PROOF_OF_DEATH);
        restart(1, List.of());
        decider.settle();
        assertThat(decider.partition("orders", 7).leader()).isEqualTo(NONE);
        Refusals.assertRefused(
                decider,
                new MoveLeader(MovePartitionRequest.newBuilder()
                        .setResource("orders")
                        .setPartition(7)
                        .setTo(2)
                        .build()),
                ErrorCode.FAILED_PRECONDITION,
                "muster partitions release orders/7");

        assertThat(release(7).getMessage()).isEqualTo("orders/7 was released; 1 partition moved to 1 broker");
        assertThat(decider.partition("orders", 7).leader()).isNotEqualTo(NONE);
        assertThat(decider.image().suspectCount()).isZero();
        assertThat(release(7).getMessage()).isEqualTo("orders/7 is neither parked nor suspected");
    }

    @Test
    void aPartitionThatThreeOwnersInARowDieOfIsParked() {
        decider.create("orders", 300, 3);
        for (int i = 0; i < 3; i++) {
            assertThat(isParked(7)).isFalse();
            dieLeading(decider.partition("orders", 7).leader(), 7);
        }
        assertThat(isParked(7)).isTrue();
        assertThat(decider.partition("orders", 7).leader()).isEqualTo(NONE);
        assertThat(decider.image().parkedCount()).isEqualTo(1);
        decider.settle();
        assertThat(decider.partitions()).filteredOn(s -> s.leader() == NONE).hasSize(1);
    }

    @Test
    void aFailureWhereNoOtherBrokerCouldLeadStaysWithItsOwnerAndIsNoStrike() {
        createDurable();
        PartitionState before = decider.partition("orders", 7);
        for (int i = 0; i < 4; i++) {
            fail(7);
        }
        assertThat(strikes(7)).isZero();
        assertThat(decider.partition("orders", 7).leader()).isEqualTo(before.leader());
        assertThat(decider.partition("orders", 7).leaderEpoch()).isEqualTo(before.leaderEpoch());
    }

    @Test
    void aBrokerThatFailsAgainBeforeAnotherDidIsNoFurtherStrike() {
        decider.create("orders", 300, 3);
        int owner = decider.partition("orders", 7).leader();
        for (int i = 0; i < 4; i++) {
            fail(7);
            assertThat(decider.partition("orders", 7).leader())
                    .as("another one tries")
                    .isNotIn(owner, NONE);
            move(7, owner);
        }
        assertThat(strikes(7)).isEqualTo(1);
    }

    @Test
    void aBrokerThatDiesOfItAgainBeforeAnotherDidIsNoFurtherStrike() {
        createDurable();
        for (int i = 0; i < 4; i++) {
            dieLeading(decider.partition("orders", 7).leader(), 7);
        }
        assertThat(strikes(7)).isEqualTo(1);
    }

    @Test
    void twoOwnersThatFailInTurnAreARow() {
        decider = Decider.cluster(2);
        decider.create("orders", 300, 2);
        for (int i = 0; i < 3; i++) {
            assertThat(isParked(7)).isFalse();
            fail(7);
        }
        assertThat(isParked(7)).isTrue();
    }

    /** Found on two real nodes: the balance took it from one of them before that one had failed, so it never was a row. */
    @Test
    void aSuspectIsNotMovedForEvenness() {
        decider = Decider.cluster(2);
        decider.create("orders", 10, 1);
        for (int i = 0; i < 3; i++) {
            int owner = decider.partition("orders", 7).leader();
            for (int round = 0; round < 5; round++) {
                decider.balance();
                decider.agentsWork();
            }
            assertThat(decider.partition("orders", 7).leader()).isEqualTo(owner);
            fail(7);
        }
        assertThat(isParked(7)).isTrue();
    }

    @Test
    void ownersThatComeBackLateDoNotParkWhatIsLedWellSince() {
        decider = Decider.cluster(4);
        decider.create("orders", 300, 4);
        List<Integer> dead = new ArrayList<>();
        List<LeadReport> late = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            dead.add(decider.partition("orders", 7).leader());
            late.add(report(7, ""));
            decider.fence(dead.get(i), CauseKind.PROOF_OF_DEATH);
        }
        int owner = decider.partition("orders", 7).leader();
        decider.advance(300_000);
        for (int i = 0; i < 3; i++) {
            register(dead.get(i), List.of(late.get(i)));
        }
        assertThat(isParked(7)).isFalse();
        assertThat(strikes(7)).as("one short, so that its owner speaks").isEqualTo(2);
        assertThat(decider.partition("orders", 7).leader()).isEqualTo(owner);

        decider.run(new ReportLeads(owner, decider.epoch(owner), List.of(), List.of(report(7, "")), Parking.DEFAULTS));
        decider.advance(2000);
        register(dead.get(2), List.of(late.get(2)));
        assertThat(strikes(7)).isEqualTo(1);
    }

    @Test
    void whatIsParkedWhenItsOwnerIsReplacedWaitsForNobodyToRelease() {
        decider.create("orders", 300, 3);
        dieLeading(decider.partition("orders", 7).leader(), 7);
        dieLeading(decider.partition("orders", 7).leader(), 7);
        // The new process takes over from one that is not fenced yet: its work moves in the same batch.
        register(decider.partition("orders", 7).leader(), List.of(report(7, "")));
        assertThat(isParked(7)).isTrue();
        assertThat(decider.partition("orders", 7).leader()).isEqualTo(NONE);
        assertThat(decider.partition("orders", 7).releasing()).isEqualTo(NONE);
    }

    @Test
    void oneOfManyThatWereAboutToBeLedIsFoundOnceTheOthersAreLedWell() {
        decider.create("orders", 300, 3);
        int owner = decider.partition("orders", 7).leader();
        int[] all = decider.partitions().stream()
                .filter(s -> s.leader() == owner)
                .mapToInt(PartitionState::partition)
                .limit(40)
                .toArray();
        dieLeading(owner, all);
        assertThat(decider.image().suspectCount()).isEqualTo(40);
        // From here on each is led alone, and only one kills.
        for (int i = 0; i < 2; i++) {
            assertThat(isParked(7)).isFalse();
            dieLeading(decider.partition("orders", 7).leader(), 7);
        }
        assertThat(isParked(7)).isTrue();
        assertThat(decider.image().parkedCount()).isEqualTo(1);
    }

    @Test
    void aReportThatComesTwiceAndOneOfAnEarlierEpochCountOnce() {
        decider.create("orders", 300, 3);
        LeadReport old = report(7, "");
        int owner = decider.partition("orders", 7).leader();
        dieLeading(owner, 7);
        restart(owner, List.of(old));
        restart(owner, List.of(old));
        int slot = decider.partition("orders", 7).slot();
        assertThat(decider.image().suspect(slot).orElseThrow().strikes()).isEqualTo(1);
    }

    @Test
    void anOwnerThatLeadsItWellBeginsTheRowAnew() {
        decider.create("orders", 300, 3);
        fail(7);
        fail(7);
        int owner = decider.partition("orders", 7).leader();
        decider.run(new ReportLeads(owner, decider.epoch(owner), List.of(), List.of(report(7, "")), Parking.DEFAULTS));
        int slot = decider.partition("orders", 7).slot();
        assertThat(decider.image().suspect(slot).orElseThrow().strikes()).isEqualTo(1);
        // It does not go back to who failed before the suspicion is dropped.
        decider.settle();
        assertThat(decider.partition("orders", 7).leader()).isEqualTo(owner);
        decider.advance(600_000);
        decider.settle();
        assertThat(decider.image().suspectCount()).isZero();
        PartitionState calm = decider.partition("orders", 7);
        assertThat(calm.leader()).isEqualTo(calm.replica(0));
    }

    @Test
    void failuresFarApartAreNoRow() {
        decider.create("orders", 300, 3);
        for (int i = 0; i < 6; i++) {
            fail(7);
            decider.advance(600_000);
        }
        assertThat(isParked(7)).isFalse();
    }

    @Test
    void whenEverythingFailsAlikeNothingIsParkedAndTheMovingAboutEnds() {
        decider.create("orders", 30, 3);
        int[] all = java.util.stream.IntStream.range(0, 30).toArray();
        for (int i = 0; i < 10; i++) {
            fail(all);
        }
        assertThat(decider.image().parkedCount()).isZero();
        long offset = decider.image().nextOffset();
        fail(all);
        assertThat(decider.image().nextOffset()).isEqualTo(offset);
    }

    @Test
    void noMoreThanAShareIsParked() {
        decider.create("orders", 300, 3);
        for (int partition = 0; partition < 4; partition++) {
            for (int i = 0; i < 4; i++) {
                fail(partition);
            }
            decider.advance(1000);
        }
        assertThat(decider.image().parkedCount()).isEqualTo(3);
        // Released, there is room for the next.
        release(0);
        fail(3);
        assertThat(isParked(3)).isTrue();
    }

    @Test
    void brokersThatDieOneAfterTheOtherAccuseNobody() {
        decider.create("orders", 300, 2);
        decider.create("jobs", 30, 1);
        for (int round = 0; round < 10; round++) {
            for (int id = 1; id <= 3; id++) {
                decider.fence(id, CauseKind.PROOF_OF_DEATH);
                restart(id, List.of());
            }
        }
        assertThat(decider.image().suspectCount()).isZero();
    }

    @Test
    void everythingKilledWhileItStartsParksNothing() {
        decider.create("orders", 300, 2);
        for (int round = 0; round < 10; round++) {
            for (int id = 1; id <= 3; id++) {
                int owner = id;
                dieLeading(
                        id,
                        decider.partitions().stream()
                                .filter(s -> s.leader() == owner)
                                .mapToInt(PartitionState::partition)
                                .toArray());
            }
        }
        assertThat(decider.image().parkedCount()).isZero();
        assertThat(decider.image().suspectCount()).isLessThanOrEqualTo(Parking.MAX_SUSPECTS);
    }

    @Test
    void aClusterOfOnePartitionNeverParksIt() {
        decider.create("orders", 1, 3);
        for (int i = 0; i < 10; i++) {
            fail(0);
        }
        assertThat(decider.image().parkedCount()).isZero();
        assertThat(decider.partition("orders", 0).leader()).isNotEqualTo(NONE);
    }

    @Test
    void aDryRunReleasesNothing() {
        decider.create("orders", 300, 3);
        for (int i = 0; i < 3; i++) {
            fail(7);
        }
        ReleasePartitionRequest request = ReleasePartitionRequest.newBuilder()
                .setResource("orders")
                .setPartition(7)
                .setOptions(ChangeOptions.newBuilder().setDryRun(true))
                .build();
        ChangeReply reply =
                decider.run(new AdminChange<>(new ReleasePartition(request), request.getOptions(), ChangeReply.class));
        assertThat(reply.getMessage()).startsWith("orders/7 was released");
        assertThat(isParked(7)).isTrue();
    }
}
