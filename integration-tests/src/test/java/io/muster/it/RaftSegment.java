package io.muster.it;

import com.google.protobuf.CodedInputStream;
import io.muster.log.v1.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Edits a log segment of Ratis byte by byte, as a newer version would have written it: {@code RaftLog1}, then for each entry
 * its length, its bytes, and four bytes of CRC-32C over both. Stateless.
 */
final class RaftSegment {
    private static final int MAGIC_BYTES = 8;
    private static final int CRC_BYTES = 4;
    private static final int MAX_LENGTH_BYTES = 4;
    /** Field 1, a varint. */
    private static final byte LEVEL_TAG = 1 << 3;

    private RaftSegment() {}

    /** The segment with the format level of the last entry that holds batches raised by one, and its checksum made right. */
    static byte[] raiseFormatLevel(byte[] segment) {
        byte[] edited = segment.clone();
        int last = -1;
        int lastLevelAt = -1;
        int position = MAGIC_BYTES;
        while (position < segment.length && segment[position] != 0) {
            int end = end(segment, position);
            int levelAt = levelAt(segment, position, end - CRC_BYTES);
            if (levelAt >= 0) {
                last = position;
                lastLevelAt = levelAt;
            }
            position = end;
        }
        if (last < 0) {
            throw new IllegalStateException("the segment holds no batch");
        }
        edited[lastLevelAt]++;
        int body = end(segment, last) - CRC_BYTES;
        CRC32C crc = new CRC32C();
        crc.update(edited, last, body - last);
        ByteBuffer.wrap(edited, body, CRC_BYTES).putInt((int) crc.getValue());
        return edited;
    }

    private static int end(byte[] segment, int position) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(segment, position, segment.length - position);
            int length = in.readRawVarint32();
            return position + in.getTotalBytesRead() + length + CRC_BYTES;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the level of Muster's entry is written within an entry of Ratis; -1 if it holds none with batches. */
    private static int levelAt(byte[] segment, int from, int to) {
        for (int i = from; i < to; i++) {
            if (segment[i] == LEVEL_TAG && segment[i + 1] == 1 && isPrecededByItsLength(segment, from, i, to)) {
                return i + 1;
            }
        }
        return -1;
    }

    /** Muster's bytes are one field of Ratis's entry, so their length stands before them. */
    private static boolean isPrecededByItsLength(byte[] segment, int from, int at, int to) {
        for (int prefix = 1; prefix <= MAX_LENGTH_BYTES && at - prefix > from; prefix++) {
            try {
                CodedInputStream in = CodedInputStream.newInstance(segment, at - prefix, prefix);
                int length = in.readRawVarint32();
                if (in.isAtEnd() && length > 0 && at + length <= to && holdsBatches(segment, at, length)) {
                    return true;
                }
            } catch (IOException e) {
                // no length; a longer one may be
            }
        }
        return false;
    }

    private static boolean holdsBatches(byte[] segment, int at, int length) throws IOException {
        LogEntry entry = LogEntry.parseFrom(ByteBuffer.wrap(segment, at, length));
        return entry.getUnknownFields().asMap().isEmpty() && entry.getBatchesCount() > 0;
    }
}
