package io.muster.metadata.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.Record;
import io.muster.log.v1.RequestRecord;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogCodecTest {
    private static Batch batch(Record... records) {
        return Batch.newBuilder()
                .setBaseOffset(7)
                .addAllRecords(List.of(records))
                .build();
    }

    private static Record reply(int bytes) {
        return Record.newBuilder()
                .setRequest(RequestRecord.newBuilder().setRequestId("r").setReply(ByteString.copyFrom(new byte[bytes])))
                .build();
    }

    @Test
    void anEntryAndABarrierSurviveTheTrip() {
        LogEntry entry = LogCodec.entry(3, List.of(batch(reply(10)), batch()));
        assertThat(LogCodec.decode(ByteBuffer.wrap(LogCodec.encode(entry)))).isEqualTo(entry);
        LogEntry barrier = LogCodec.barrier(3, 9);
        assertThat(LogCodec.decode(ByteBuffer.wrap(LogCodec.encode(barrier))).getBarrierId())
                .isEqualTo(9);
    }

    @Test
    void anEntryAboveTheLimitIsRefusedBeforeAnyoneSeesIt() {
        LogEntry entry = LogCodec.entry(3, List.of(batch(reply(LogCodec.MAX_ENTRY_BYTES))));
        refused(() -> LogCodec.encode(entry), ErrorCode.INVALID_ARGUMENT, "split it");
    }

    @Test
    void aFutureLevelIsRefused() {
        LogEntry future = LogCodec.entry(3, List.of()).toBuilder()
                .setFormatLevel(LogCodec.FORMAT_LEVEL + 1)
                .build();
        refused(() -> LogCodec.decode(ByteBuffer.wrap(future.toByteArray())), ErrorCode.CORRUPT, "upgrade this node");
        refused(() -> LogCodec.decode(ByteBuffer.allocate(0)), ErrorCode.CORRUPT, "format level 0");
    }

    @Test
    void anUnknownRecordIsRefusedNotSkipped() {
        Record unknown = Record.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                99,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
        for (Record record : List.of(unknown, Record.getDefaultInstance())) {
            byte[] bytes = LogCodec.entry(3, List.of(batch(record))).toByteArray();
            refused(() -> LogCodec.decode(ByteBuffer.wrap(bytes)), ErrorCode.CORRUPT, "offset 7");
        }
    }

    @Test
    void everyTruncationAndManyBitFlipsAreAnErrorOrAnEntry() {
        byte[] bytes = LogCodec.encode(LogCodec.entry(3, List.of(batch(reply(40)))));
        for (int i = 0; i < bytes.length; i++) {
            byte[] cut = java.util.Arrays.copyOf(bytes, i);
            byte[] flipped = bytes.clone();
            flipped[i] ^= (byte) (1 << (i % 8));
            for (byte[] damaged : List.of(cut, flipped)) {
                try {
                    assertThat(LogCodec.decode(ByteBuffer.wrap(damaged))).isNotNull();
                } catch (MusterException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT);
                }
            }
        }
    }

    private static void refused(Runnable action, ErrorCode code, String words) {
        assertThatThrownBy(action::run)
                .isInstanceOf(MusterException.class)
                .hasMessageContaining(words)
                .satisfies(e -> assertThat(((MusterException) e).code()).isEqualTo(code));
    }
}
