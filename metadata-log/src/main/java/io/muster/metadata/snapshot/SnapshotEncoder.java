package io.muster.metadata.snapshot;

import com.google.protobuf.MessageLite;
import io.muster.log.v1.SnapshotChunk;
import io.muster.log.v1.SnapshotFooter;
import io.muster.metadata.image.ImageWriter;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.record.LogCodec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes an image as the bytes of a snapshot. One use. Not thread-safe. */
final class SnapshotEncoder {
    private final OutputStream out;
    private final CRC32C crc = new CRC32C();
    private long chunks;

    private SnapshotEncoder(OutputStream out) {
        this.out = out;
    }

    static void write(MetadataImage image, OutputStream out) throws IOException {
        var encoder = new SnapshotEncoder(out);
        try {
            encoder.raw(SnapshotFormat.magic());
            encoder.message(SnapshotFormat.HEADER, ImageWriter.header(image, LogCodec.FORMAT_LEVEL));
            ImageWriter.write(image, encoder::chunk);
            SnapshotFooter footer = SnapshotFooter.newBuilder()
                    .setCrc32C((int) encoder.crc.getValue())
                    .setChunks(encoder.chunks)
                    .build();
            encoder.message(SnapshotFormat.FOOTER, footer);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void chunk(SnapshotChunk chunk) {
        chunks++;
        try {
            message(SnapshotFormat.CHUNK, chunk);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void message(byte kind, MessageLite message) throws IOException {
        byte[] bytes = message.toByteArray();
        if (bytes.length > SnapshotFormat.MAX_MESSAGE_BYTES) {
            throw new IOException("a piece of the snapshot has " + bytes.length + " bytes and the limit is "
                    + SnapshotFormat.MAX_MESSAGE_BYTES);
        }
        raw(ByteBuffer.allocate(SnapshotFormat.PREFIX_BYTES)
                .put(kind)
                .putInt(bytes.length)
                .array());
        raw(bytes);
    }

    private void raw(byte[] bytes) throws IOException {
        crc.update(bytes);
        out.write(bytes);
    }
}
