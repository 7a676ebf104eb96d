package io.muster.it.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.it.history.CommittedLog.Entry;
import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.Cause;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.testkit.witness.Beat;
import io.muster.testkit.witness.WitnessedPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each rule fails on the history that was planted for it, and on that alone; a history without a fault passes. */
class HistoryCheckerTest {
    private static final long TERM = 3;

    private final List<Entry> entries = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private int offset;

    /** A log in which resource "work" is created at offset 5 and its partition 0 led by broker 1, then by broker 2. */
    private final long resource;

    private final long secondEpoch;

    HistoryCheckerTest() {
        append("", Record.newBuilder().setCluster(ClusterRecord.newBuilder().setClusterId("c")));
        for (int id = 1; id <= 2; id++) {
            long epoch = append("", Record.newBuilder().setBroker(broker(id)));
            append("", state(id, epoch, BrokerState.UNFENCED));
        }
        resource = append("create", led("work", 0, OwnershipMode.LEASED, 1, 2));
        secondEpoch = append("fence", state(1, 1, BrokerState.FENCED), ledBy(0, 2));
    }

    private static BrokerRecord broker(int id) {
        return BrokerRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnation("i" + id)
                .setDirectoryId("d" + id)
                .setHost("h")
                .setPort(id)
                .setCapacity(100)
                .setMinFormatLevel(1)
                .setMaxFormatLevel(1)
                .build();
    }

    private static Record.Builder state(int id, long epoch, BrokerState state) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setState(state));
    }

    private static Record.Builder led(String name, int slot, OwnershipMode ownership, int... replicas) {
        ResourceRecord.Builder resource = ResourceRecord.newBuilder()
                .setName(name)
                .setPartitions(1)
                .setReplicationFactor(replicas.length)
                .setStateKind(StateKind.STATE_NONE)
                .setOwnership(ownership)
                .setFirstSlot(slot);
        IntStream.of(replicas).forEach(resource::addReplicas);
        return Record.newBuilder().setResource(resource);
    }

    private static Record.Builder ledBy(int slot, int leader) {
        return Record.newBuilder()
                .setPartitionChanges(PartitionChangesRecord.newBuilder()
                        .addSlotDeltas(slot)
                        .addLeaders(leader)
                        .addReadyMasks(0b11));
    }

    private long append(String requestId, Record.Builder... records) {
        Batch.Builder batch = Batch.newBuilder()
                .setControllerEpoch(TERM)
                .setBaseOffset(offset)
                .setCause(Cause.newBuilder().setRequestId(requestId));
        for (Record.Builder record : records) {
            batch.addRecords(record);
        }
        entries.add(new Entry(
                TERM,
                LogEntry.newBuilder().setControllerEpoch(TERM).addBatches(batch).build()));
        return offset++;
    }

    private List<Violation> check() {
        return HistoryChecker.check(new History(changes, reads, effects), CommittedLog.of(entries, Long.MAX_VALUE));
    }

    private void assertBroken(Rule... rules) {
        List<Violation> found = check();
        assertThat(found.stream().map(Violation::rule).collect(Collectors.toSet()))
                .as(found.toString())
                .containsExactlyInAnyOrder(rules);
    }

    private void change(String id, long invoked, long returned, Outcome outcome, long at) {
        changes.add(new Change(id, id, invoked, returned, outcome, at));
    }

    private static String names(MetadataImage image) {
        List<String> names = new ArrayList<>();
        image.resources().forEach(r -> names.add(r.name()));
        return names.toString();
    }

    private void read(long invoked, boolean strict, long next, String answer) {
        reads.add(new Read("resources", invoked, strict, next, answer, HistoryCheckerTest::names));
    }

    private void effect(int node, long epoch, long asked, boolean accepted) {
        effects.add(new Effect(
                node, new Beat(new WitnessedPartition("work", resource, 0), epoch, 1, asked, asked + 1), accepted));
    }

    private void nothingWrong() {
        change("create", 0, 10, Outcome.OK, resource);
        change("fence", 20, 30, Outcome.OK, secondEpoch);
        change("refused", 40, 50, Outcome.REFUSED, -1);
        change("lost", 40, 50, Outcome.UNKNOWN, -1);
        read(15, true, resource + 1, "[work]");
        read(35, false, resource, "[]");
        effect(1, resource, 12, true);
        effect(2, secondEpoch, 25, true);
        effect(1, resource, 14, false);
    }

    @Test
    void aRunWithoutFaultPasses() {
        nothingWrong();
        assertThat(check()).isEmpty();
    }

    @Test
    void anAcknowledgedChangeThatIsGone() {
        nothingWrong();
        change("gone", 60, 70, Outcome.OK, secondEpoch + 1);
        assertBroken(Rule.ACKNOWLEDGED_SURVIVES);
    }

    @Test
    void anAcknowledgedChangeThatStandsElsewhere() {
        change("create", 0, 10, Outcome.OK, resource - 1);
        assertBroken(Rule.ACKNOWLEDGED_SURVIVES);
    }

    @Test
    void aRequestDoneTwice() {
        nothingWrong();
        append("create", state(1, 1, BrokerState.FENCED));
        assertBroken(Rule.DONE_ONCE, Rule.LOG_INVARIANTS);
    }

    @Test
    void aRepeatedRequestThatGetsTheFirstAnswer() {
        nothingWrong();
        change("create", 0, 70, Outcome.OK, resource);
        assertThat(check()).isEmpty();
    }

    @Test
    void aRepeatedRequestThatIsRefusedThoughItWasDone() {
        nothingWrong();
        change("create", 0, 70, Outcome.REFUSED, -1);
        assertBroken(Rule.REFUSED_IS_NOT_DONE);
    }

    @Test
    void aRefusedChangeThatWasDone() {
        change("fence", 20, 30, Outcome.REFUSED, -1);
        assertBroken(Rule.REFUSED_IS_NOT_DONE);
    }

    @Test
    void aDryRunThatWasDone() {
        change("fence", 20, 30, Outcome.OK, -1);
        assertBroken(Rule.REFUSED_IS_NOT_DONE);
    }

    @Test
    void anUnknownChangeMayStandOrNot() {
        change("fence", 20, 30, Outcome.UNKNOWN, -1);
        change("nowhere", 20, 30, Outcome.UNKNOWN, -1);
        assertThat(check()).isEmpty();
    }

    @Test
    void aLaterChangeThatStandsBefore() {
        change("fence", 0, 10, Outcome.OK, secondEpoch);
        change("create", 11, 20, Outcome.OK, resource);
        assertBroken(Rule.REAL_TIME_ORDER);
    }

    @Test
    void aStrictReadThatIsStale() {
        nothingWrong();
        read(35, true, secondEpoch, "[work]");
        assertBroken(Rule.STRICT_READ_IS_FRESH);
    }

    @Test
    void aReadThatLies() {
        read(0, false, resource, "[work]");
        assertBroken(Rule.READ_IS_TRUE);
    }

    @Test
    void aReadFromBehindTheEndOfTheLog() {
        read(0, false, secondEpoch + 2, "[work]");
        assertBroken(Rule.READ_IS_TRUE);
    }

    @Test
    void anEffectThatGoesBackInEpoch() {
        effect(2, secondEpoch, 25, true);
        effect(1, resource, 14, true);
        assertBroken(Rule.EPOCHS_RISE);
    }

    @Test
    void anEpochThatWasNeverGranted() {
        effect(1, resource - 1, 25, true);
        assertBroken(Rule.EPOCH_WAS_GRANTED);
    }

    @Test
    void anEpochThatWasGrantedToAnother() {
        effect(2, resource, 25, true);
        assertBroken(Rule.EPOCH_WAS_GRANTED);
    }

    @Test
    void twoGuardsThatSayYesAtOnce() {
        effect(1, resource, 12, true);
        effect(2, secondEpoch, 25, true);
        effect(1, resource, 27, false);
        assertBroken(Rule.NO_BELIEVED_OVERLAP);
    }

    @Test
    void twoGuardsMaySayYesAtOnceWhereTheTokenIsChecked() {
        append("", state(1, 1, BrokerState.UNFENCED));
        long first = append("", led("token", 1, OwnershipMode.TOKEN_FENCED, 2, 1));
        long second = append("", ledBy(1, 1));
        WitnessedPartition partition = new WitnessedPartition("token", first, 0);
        effects.add(new Effect(2, new Beat(partition, first, 1, 12, 13), true));
        effects.add(new Effect(1, new Beat(partition, second, 1, 15, 16), true));
        effects.add(new Effect(2, new Beat(partition, first, 2, 18, 19), false));
        assertThat(check()).isEmpty();
    }

    @Test
    void aLogThatBreaksAnInvariant() {
        append("", ledBy(0, 1));
        assertBroken(Rule.LOG_INVARIANTS);
    }

    @Test
    void votersThatHoldDifferentBatches() {
        CommittedLog one = CommittedLog.of(entries, Long.MAX_VALUE);
        entries.remove(entries.size() - 1);
        offset--;
        append("other", state(2, 3, BrokerState.FENCED));
        CommittedLog other = CommittedLog.of(entries, Long.MAX_VALUE);

        assertThat(HistoryChecker.compare("1", one, "2", other))
                .extracting(Violation::rule)
                .containsExactly(Rule.LOGS_AGREE);
        assertThat(HistoryChecker.compare("1", one, "1", one)).isEmpty();
    }

    @Test
    void aVoterThatLacksACommittedBatch() {
        CommittedLog log = CommittedLog.of(entries, Long.MAX_VALUE);
        assertThat(HistoryChecker.complete("1", log, offset)).isEmpty();
        assertThat(HistoryChecker.complete("1", log, offset + 1))
                .extracting(Violation::rule)
                .containsExactly(Rule.LOGS_AGREE);
    }

    @Test
    void aRunThatIsTooSmall() {
        assertThat(new RunSize(RunSize.OPERATIONS_MIN, RunSize.FAULTS_MIN).check())
                .isEmpty();
        assertThat(new RunSize(RunSize.OPERATIONS_MIN - 1, RunSize.FAULTS_MIN).check())
                .extracting(Violation::rule)
                .containsExactly(Rule.LARGE_ENOUGH);
        assertThat(new RunSize(RunSize.OPERATIONS_MIN, RunSize.FAULTS_MIN - 1).check())
                .hasSize(1);
    }

    @Test
    void whatADeposedControllerWroteDoesNotCount() {
        entries.add(new Entry(
                TERM + 1,
                LogEntry.newBuilder()
                        .setControllerEpoch(TERM)
                        .addBatches(Batch.newBuilder()
                                .setControllerEpoch(TERM)
                                .setBaseOffset(offset)
                                .setCause(Cause.newBuilder().setRequestId("late")))
                        .build()));
        change("late", 0, 5, Outcome.OK, offset);
        assertBroken(Rule.ACKNOWLEDGED_SURVIVES);
    }
}
