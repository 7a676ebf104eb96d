package io.muster.metadata.snapshot;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.SnapshotChunk;
import io.muster.log.v1.SnapshotFooter;
import io.muster.log.v1.SnapshotHeader;
import io.muster.metadata.image.ImageLoader;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.record.LogCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Builds an image from the bytes of a snapshot, handed in as pieces of any length. Every error is a {@link MusterException}
 * CORRUPT that names the source. After an error it is of no more use. Not thread-safe.
 */
final class SnapshotDecoder {
    private final String source;
    private final String advice;
    private final CRC32C crc = new CRC32C();
    private byte[] pending = new byte[1 << 16];
    private int pendingLength;
    private boolean magicSeen;
    private @Nullable ImageLoader loader;
    private long chunks;
    private @Nullable MetadataImage image;

    /**
     * @param source what the bytes come from, for messages
     * @param advice what to do if they are damaged: the end of a sentence
     */
    SnapshotDecoder(String source, String advice) {
        this.source = source;
        this.advice = advice;
    }

    void add(ByteBuffer bytes) {
        reserve(bytes.remaining());
        int count = bytes.remaining();
        bytes.get(pending, pendingLength, count);
        pendingLength += count;
        int used = 0;
        while (true) {
            int taken = take(used);
            if (taken == 0) {
                break;
            }
            used += taken;
        }
        System.arraycopy(pending, used, pending, 0, pendingLength - used);
        pendingLength -= used;
    }

    /** The image, once every byte was handed in. */
    MetadataImage finish() {
        if (image == null) {
            throw corrupt("ends too early", null);
        }
        return image;
    }

    private void reserve(int more) {
        if (pendingLength + more > pending.length) {
            pending = Arrays.copyOf(pending, Math.max(pendingLength + more, pending.length * 2));
        }
    }

    /** Takes one message that begins at {@code from}; returns its length, or 0 if it is not all there. */
    private int take(int from) {
        int available = pendingLength - from;
        if (available == 0) {
            return 0;
        }
        if (image != null) {
            throw corrupt("goes on behind its end", null);
        }
        if (!magicSeen) {
            return takeMagic(from, available);
        }
        if (available < SnapshotFormat.PREFIX_BYTES) {
            return 0;
        }
        byte kind = pending[from];
        int length = ByteBuffer.wrap(pending, from + 1, Integer.BYTES).getInt();
        if (length < 0 || length > SnapshotFormat.MAX_MESSAGE_BYTES) {
            throw corrupt("holds a piece of " + length + " bytes", null);
        }
        int total = SnapshotFormat.PREFIX_BYTES + length;
        if (available < total) {
            return 0;
        }
        try {
            message(kind, CodedInputStream.newInstance(pending, from + SnapshotFormat.PREFIX_BYTES, length));
        } catch (InvalidProtocolBufferException e) {
            throw corrupt("holds a piece that cannot be read", e);
        } catch (MusterException e) {
            throw e;
        } catch (RuntimeException e) {
            throw corrupt("contradicts itself: " + e.getMessage(), e);
        } catch (java.io.IOException e) {
            throw corrupt("holds a piece that cannot be read", e);
        }
        crc.update(pending, from, total);
        return total;
    }

    private int takeMagic(int from, int available) {
        byte[] magic = SnapshotFormat.magic();
        int seen = Math.min(available, magic.length);
        if (!Arrays.equals(pending, from, from + seen, magic, 0, seen)) {
            throw corrupt("is no snapshot of Muster", null);
        }
        if (available < magic.length) {
            return 0;
        }
        magicSeen = true;
        crc.update(magic);
        return magic.length;
    }

    private void message(byte kind, CodedInputStream in) throws java.io.IOException {
        ImageLoader target = loader;
        if (kind == SnapshotFormat.HEADER && target == null) {
            loader = new ImageLoader(checked(SnapshotHeader.parseFrom(in)));
        } else if (kind == SnapshotFormat.CHUNK && target != null) {
            chunks++;
            target.add(SnapshotChunk.parseFrom(in));
        } else if (kind == SnapshotFormat.FOOTER && target != null) {
            SnapshotFooter footer = SnapshotFooter.parseFrom(in);
            if (footer.getCrc32C() != (int) crc.getValue() || footer.getChunks() != chunks) {
                throw corrupt("is damaged (its checksum differs)", null);
            }
            image = target.finish();
        } else {
            throw corrupt("holds a piece of kind " + kind + " where none belongs", null);
        }
    }

    private SnapshotHeader checked(SnapshotHeader header) {
        int level = header.getFormatLevel();
        if (level > LogCodec.FORMAT_LEVEL) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    source + " has format level " + level + " and this version reads 1 to " + LogCodec.FORMAT_LEVEL
                            + "; upgrade this node.");
        }
        if (level < 1 || header.getTableSize() < 0 || header.getTableSize() > SnapshotFormat.MAX_TABLE_SIZE) {
            throw corrupt("has a header that makes no sense", null);
        }
        return header;
    }

    private MusterException corrupt(String what, @Nullable Exception cause) {
        String message = source + " " + what + "; " + advice + ".";
        return cause == null
                ? new MusterException(ErrorCode.CORRUPT, message)
                : new MusterException(ErrorCode.CORRUPT, message, cause);
    }
}
