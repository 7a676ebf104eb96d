package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Remembers how far the Raft log on this disk was committed, so that a log that lost its tail is noticed: Ratis takes a log that ends
 * early for one whose last write was torn, and goes on without the acknowledged entries.
 *
 * <p>The mark never runs ahead of what was fsynced to the log, is written about once a second and not fsynced itself: it may lag
 * behind, and an unreadable one says nothing. So it catches damage, not everything. Not thread-safe.
 */
final class CommittedMark {
    private final Path file;
    private long written = -1;

    CommittedMark(Path file) {
        this.file = file;
    }

    /** Notes that everything up to {@code index} is committed and on this disk. */
    void write(long index) throws IOException {
        if (index > written) {
            ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Integer.BYTES).putLong(index);
            bytes.putInt(checksum(index));
            Files.write(file, bytes.array());
            written = index;
        }
    }

    /** The last mark; -1 if there is none or it cannot be read. */
    long read() throws IOException {
        if (!Files.exists(file)) {
            return -1;
        }
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length != Long.BYTES + Integer.BYTES) {
            return -1;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long index = buffer.getLong();
        return buffer.getInt() == checksum(index) ? index : -1;
    }

    /**
     * Compares the mark with the log on disk.
     *
     * @throws MusterException CORRUPT if entries that were committed here are gone
     */
    void refuseCutLog(Path raftDirectory) throws IOException {
        long mark = read();
        long last = mark < 0 ? mark : RatisLogReader.last(raftDirectory).index();
        if (last < mark) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    "The Raft log in " + raftDirectory + " ends at index " + last + " and index " + mark
                            + " was committed on this disk: its tail is lost. Restore the directory from its disk, or remove"
                            + " this voter from the quorum and add it again under a new node id.");
        }
    }

    private static int checksum(long index) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, index));
        return (int) crc.getValue();
    }
}
