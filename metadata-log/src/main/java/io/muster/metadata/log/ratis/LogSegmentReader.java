package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;

/**
 * Reads one Ratis log segment and changes nothing, so the node may be running (Ratis's own reader deletes and truncates).
 *
 * <p>A segment is the eight bytes {@code RaftLog1}, then entries: a varint length, that many bytes of a
 * {@code LogEntryProto}, and four bytes of CRC-32C over both, big-endian; zeros fill what was reserved ahead.
 */
final class LogSegmentReader {
    private static final byte[] MAGIC = "RaftLog1".getBytes(StandardCharsets.US_ASCII);
    private static final int CRC_BYTES = 4;

    private LogSegmentReader() {}

    /** How a segment ended. */
    enum End {
        /** At the end of its last entry. */
        WHOLE,
        /** Within an entry that was not written to its end; only in an open segment. */
        UNFINISHED
    }

    static boolean isEmpty(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer first = ByteBuffer.allocate(MAGIC.length + 1);
            while (first.hasRemaining() && channel.read(first) >= 0) {
                // goes on
            }
            return first.position() <= MAGIC.length || first.get(MAGIC.length) == 0;
        } catch (java.nio.file.NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Hands every entry to {@code out}.
     *
     * @throws MusterException CORRUPT if an entry is damaged; every entry before it was handed out
     */
    static End read(FileChannel channel, Path file, boolean open, Consumer<LogEntryProto> out) throws IOException {
        byte[] bytes = readAll(channel);
        int end = lastNonZero(bytes) + 1;
        if (end == 0) {
            return End.WHOLE;
        }
        if (end < MAGIC.length && open && Arrays.equals(bytes, 0, end, MAGIC, 0, end)) {
            return End.UNFINISHED;
        }
        if (bytes.length < MAGIC.length || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged(file, 0, "does not begin as a Raft log segment");
        }
        int position = MAGIC.length;
        while (position < end) {
            long frame = frame(bytes, position);
            int headLength = (int) (frame >>> 32);
            int bodyLength = (int) frame;
            long next = (long) position + headLength + bodyLength + CRC_BYTES;
            boolean reachesEnd = next >= end;
            if (headLength == 0 || bodyLength <= 0 || next > bytes.length) {
                if (open && (reachesEnd || headLength == 0)) {
                    return End.UNFINISHED;
                }
                throw damaged(file, position, "holds an entry with a length that makes no sense");
            }
            CRC32C crc = new CRC32C();
            crc.update(bytes, position, headLength + bodyLength);
            int expected = ByteBuffer.wrap(bytes, (int) next - CRC_BYTES, CRC_BYTES)
                    .order(ByteOrder.BIG_ENDIAN)
                    .getInt();
            if (expected != (int) crc.getValue()) {
                if (open && reachesEnd) {
                    return End.UNFINISHED;
                }
                throw damaged(file, position, "holds an entry whose checksum differs");
            }
            out.accept(ProtobufBridge.parse(bytes, position + headLength, bodyLength, file));
            position = (int) next;
        }
        return End.WHOLE;
    }

    /** Length of the varint in the upper half, its value in the lower; 0 if it is no varint of 32 bits. */
    private static long frame(byte[] bytes, int position) {
        int value = 0;
        for (int i = 0; i < 5 && position + i < bytes.length; i++) {
            byte part = bytes[position + i];
            value |= (part & 0x7f) << (7 * i);
            if (part >= 0) {
                return ((long) (i + 1) << 32) | (value & 0xffff_ffffL);
            }
        }
        return 0;
    }

    private static byte[] readAll(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
            // goes on
        }
        return buffer.position() == buffer.capacity()
                ? buffer.array()
                : Arrays.copyOf(buffer.array(), buffer.position());
    }

    private static int lastNonZero(byte[] bytes) {
        int last = bytes.length - 1;
        while (last >= 0 && bytes[last] == 0) {
            last--;
        }
        return last;
    }

    static MusterException damaged(Path file, long position, String what) {
        return new MusterException(
                ErrorCode.CORRUPT,
                "Log segment " + file + " " + what + " (at byte " + position
                        + "); stop this voter, remove it from the quorum and add it again with a new directory, or restore"
                        + " its directory from a backup.");
    }
}
