package io.muster.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.RequestRecord;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.ratis.RatisLogReader.Item;
import io.muster.metadata.record.LogCodec;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A good log passes; each way of tampering with it is found, with the invariant and the offset. */
class LogVerifierTest {
    private final List<Batch> batches = new ArrayList<>();

    private void add(CauseKind kind, Record.Builder... records) {
        Batch.Builder batch = Batch.newBuilder()
                .setControllerEpoch(3)
                .setBaseOffset(batches.size())
                .setTimestampMs(1_700_000_000_000L + batches.size())
                .setCause(Cause.newBuilder().setKind(kind));
        for (Record.Builder record : records) {
            batch.addRecords(record);
        }
        batches.add(batch.build());
    }

    private static Record.Builder broker(int id, String incarnation) {
        return Record.newBuilder()
                .setBroker(BrokerRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnation(incarnation)
                        .setDirectoryId("d" + id)
                        .setHost("h")
                        .setPort(1)
                        .setCapacity(100));
    }

    private static Record.Builder state(int id, long epoch, BrokerState state) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setState(state));
    }

    private static Record.Builder leader(int slot, int leader) {
        return Record.newBuilder()
                .setPartitionChanges(
                        PartitionChangesRecord.newBuilder().addSlotDeltas(slot).addLeaders(leader));
    }

    private static Record.Builder answer(String requestId) {
        return Record.newBuilder()
                .setRequest(RequestRecord.newBuilder().setRequestId(requestId).setReply(ByteString.copyFromUtf8("ok")));
    }

    /** Offsets 0 to 7: two brokers, two partitions on both of them, led by 1 and 2; then 1 is fenced and 2 leads both. */
    private void goodLog() {
        add(
                CauseKind.BOOTSTRAP,
                Record.newBuilder().setCluster(ClusterRecord.newBuilder().setClusterId("c")));
        add(CauseKind.BROKER_REGISTERED, broker(1, "i1"));
        add(CauseKind.BROKER_REGISTERED, broker(2, "i2"));
        add(CauseKind.BROKER_UNFENCED, state(1, 1, BrokerState.UNFENCED));
        add(CauseKind.BROKER_UNFENCED, state(2, 2, BrokerState.UNFENCED));
        add(
                CauseKind.RESOURCE_CHANGE,
                Record.newBuilder()
                        .setResource(ResourceRecord.newBuilder()
                                .setName("orders")
                                .setPartitions(2)
                                .setReplicationFactor(2)
                                .setStateKind(StateKind.STATE_NONE)
                                .setOwnership(OwnershipMode.LEASED)
                                .addAllReplicas(List.of(1, 2, 2, 1))),
                answer("r1"));
        add(CauseKind.SESSION_TIMEOUT, leader(0, 2), state(1, 1, BrokerState.FENCED));
        add(CauseKind.BROKER_UNFENCED, state(1, 1, BrokerState.UNFENCED));
    }

    private static Item.Entry entry(long index, long term, Batch batch) {
        byte[] bytes = LogCodec.encode(LogCodec.entry(batch.getControllerEpoch(), List.of(batch)));
        return new Item.Entry(index, term, LogCodec.decode(ByteBuffer.wrap(bytes)));
    }

    private LogVerifier verified(Item.Snapshot... snapshots) {
        LogVerifier verifier = new LogVerifier(List.of(snapshots));
        for (Batch batch : batches) {
            verifier.accept(entry(10 + batch.getBaseOffset(), 3, batch));
        }
        verifier.finish();
        return verifier;
    }

    private static void assertViolation(LogVerifier verifier, int invariant, long offset, String what) {
        assertThat(verifier.holds()).isFalse();
        JsonObject violation = verifier.json().getAsJsonObject("violation");
        assertThat(violation.get("invariant").getAsInt()).isEqualTo(invariant);
        assertThat(violation.get("offset").getAsLong()).isEqualTo(offset);
        assertThat(violation.get("index").getAsLong()).isEqualTo(10 + offset);
        assertThat(violation.get("what").getAsString()).contains(what);
    }

    @Test
    void aGoodLogHolds() {
        goodLog();
        LogVerifier verifier = verified();

        assertThat(verifier.holds()).as(verifier.json().toString()).isTrue();
        StringWriter words = new StringWriter();
        verifier.print(new PrintWriter(words, true));
        assertThat(words.toString())
                .contains("batches              8, and 0 that do not count")
                .contains("offsets              0 to 7")
                .contains("terms                1, from 3 to 3")
                .contains("brokers              2 [1, 2]")
                .contains("invariant 5")
                .contains("invariant 7          not judged: ")
                .contains("verdict              everything checked holds");
    }

    @Test
    void aBatchOfADeposedControllerDoesNotCountAndIsNoViolation() {
        goodLog();
        LogVerifier verifier = new LogVerifier(List.of());
        verifier.accept(entry(10, 3, batches.get(0)));
        verifier.accept(entry(11, 4, batches.get(1)));
        verifier.finish();

        assertThat(verifier.holds()).isTrue();
        assertThat(verifier.json().get("ignoredBatches").getAsLong()).isEqualTo(1);
        assertThat(verifier.json().get("nextOffset").getAsLong()).isEqualTo(1);
    }

    @Test
    void aTermThatGoesBackIsFound() {
        goodLog();
        LogVerifier verifier = new LogVerifier(List.of());
        verifier.accept(entry(10, 3, batches.get(0)));
        verifier.accept(entry(11, 2, batches.get(1)));

        assertViolation(verifier, 1, 1, "term 2 follows term 3");
    }

    @Test
    void aLeaderThatIsFencedIsFound() {
        goodLog();
        batches.subList(6, 8).clear();
        add(CauseKind.SESSION_TIMEOUT, state(1, 1, BrokerState.FENCED));

        assertViolation(verified(), 6, 6, "fenced");
    }

    @Test
    void anOwnerThatIsRobbedWhileItLivesIsFound() {
        goodLog();
        add(CauseKind.OPERATOR, leader(0, 1));

        assertViolation(verified(), 5, 8, "while broker 2 led it and was not fenced");
    }

    @Test
    void aFenceThatLeavesWorkLyingIsFound() {
        goodLog();
        batches.subList(6, 8).clear();
        add(CauseKind.SESSION_TIMEOUT, leader(0, -1), state(1, 1, BrokerState.FENCED));

        assertViolation(verified(), 8, 6, "could lead it");
    }

    @Test
    void aFenceThatTakesAnothersWorkIsFound() {
        goodLog();
        batches.subList(6, 8).clear();
        add(CauseKind.PROOF_OF_DEATH, leader(0, 2), leader(1, -1), state(1, 1, BrokerState.FENCED));

        assertViolation(verified(), 10, 6, "lost a leader that lives");
    }

    @Test
    void aRequestThatIsDoneTwiceIsFound() {
        goodLog();
        add(CauseKind.OPERATOR, state(1, 1, BrokerState.STOPPING), answer("r1"));

        assertViolation(verified(), 3, 8, "request r1");
    }

    @Test
    void anIncarnationThatComesBackIsFound() {
        goodLog();
        add(CauseKind.BROKER_REGISTERED, broker(1, "i3"));
        add(CauseKind.BROKER_REGISTERED, broker(1, "i1"));

        assertViolation(verified(), 4, 9, "incarnation i1 of broker 1 came back");
    }

    @Test
    void aLogThatBeginsAfterASnapshotIsJudgedFromThere() {
        goodLog();
        MetadataImage image = MetadataImage.EMPTY;
        for (Batch batch : batches.subList(0, 6)) {
            image = image.apply(batch).after();
        }
        LogVerifier verifier = new LogVerifier(List.of());
        verifier.accept(new Item.Snapshot(15, 3, image, Path.of("snapshot.3_15")));
        verifier.accept(entry(16, 3, batches.get(6)));
        verifier.accept(entry(17, 3, batches.get(7)));
        verifier.finish();

        assertThat(verifier.holds()).as(verifier.json().toString()).isTrue();
        assertThat(verifier.json().get("firstOffset").getAsLong()).isEqualTo(6);
        assertThat(verifier.json().get("batches").getAsLong()).isEqualTo(2);
    }

    @Test
    void aSnapshotThatTheLogDoesNotYieldIsFound() {
        goodLog();
        MetadataImage image = MetadataImage.EMPTY;
        for (Batch batch : batches.subList(0, 5)) {
            image = image.apply(batch).after();
        }

        assertThat(verified(new Item.Snapshot(14, 3, image, Path.of("right"))).holds())
                .isTrue();
        assertViolation(verified(new Item.Snapshot(16, 3, image, Path.of("wrong"))), 2, 6, "the snapshot of index 16");
    }
}
