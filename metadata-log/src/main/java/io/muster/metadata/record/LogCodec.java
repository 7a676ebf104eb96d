package io.muster.metadata.record;

import com.google.protobuf.InvalidProtocolBufferException;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.Record;
import java.nio.ByteBuffer;

/** Log entries to bytes and back, with their limits. Stateless. */
public final class LogCodec {
    /** The format level that this software writes, and the highest it reads. */
    public static final int FORMAT_LEVEL = 1;

    /**
     * Most bytes of one entry. Above 4 MB Ratis fails the request and makes the leader step down, every time, so an entry
     * is measured before Ratis sees it.
     */
    public static final int MAX_ENTRY_BYTES = 3_500_000;

    private LogCodec() {}

    /** @throws MusterException INVALID_ARGUMENT if the entry is larger than {@link #MAX_ENTRY_BYTES} */
    public static byte[] encode(LogEntry entry) {
        int size = entry.getSerializedSize();
        if (size > MAX_ENTRY_BYTES) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The change needs a log entry of " + size + " bytes and the limit is " + MAX_ENTRY_BYTES
                            + "; split it into smaller ones.");
        }
        return entry.toByteArray();
    }

    /**
     * @throws MusterException CORRUPT if the bytes are no entry, of a level above {@link #FORMAT_LEVEL}, or hold a record of
     *     an unknown type: refused, never skipped
     */
    public static LogEntry decode(ByteBuffer bytes) {
        LogEntry entry;
        try {
            entry = LogEntry.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new MusterException(ErrorCode.CORRUPT, "A log entry cannot be read: " + e.getMessage(), e);
        }
        if (entry.getFormatLevel() < 1 || entry.getFormatLevel() > FORMAT_LEVEL) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    "The metadata log holds an entry of format level " + entry.getFormatLevel()
                            + " and this version reads 1 to " + FORMAT_LEVEL + "; upgrade this node.");
        }
        for (Batch batch : entry.getBatchesList()) {
            for (Record record : batch.getRecordsList()) {
                if (record.getFactCase() == Record.FactCase.FACT_NOT_SET
                        || !record.getUnknownFields().asMap().isEmpty()) {
                    throw new MusterException(
                            ErrorCode.CORRUPT,
                            "The metadata log holds a record at offset " + batch.getBaseOffset()
                                    + " that this version does not know; upgrade this node.");
                }
            }
        }
        return entry;
    }

    /** An entry that holds {@code batches}. */
    public static LogEntry entry(long controllerEpoch, Iterable<Batch> batches) {
        return LogEntry.newBuilder()
                .setFormatLevel(FORMAT_LEVEL)
                .setControllerEpoch(controllerEpoch)
                .addAllBatches(batches)
                .build();
    }

    /** An entry that changes nothing and takes no offset. {@code barrierId} must be positive. */
    public static LogEntry barrier(long controllerEpoch, long barrierId) {
        return LogEntry.newBuilder()
                .setFormatLevel(FORMAT_LEVEL)
                .setControllerEpoch(controllerEpoch)
                .setBarrierId(barrierId)
                .build();
    }
}
