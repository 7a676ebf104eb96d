package io.muster.metadata.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.muster.metadata.image.MetadataImage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/** Snapshots as pieces of bytes, for a watcher that has no file. The pieces put together are the bytes of a snapshot file. */
public final class SnapshotStream {
    private SnapshotStream() {}

    /**
     * Writes {@code image} to {@code pieces}, in order, on the calling thread.
     *
     * @param pieceBytes bytes of every piece but the last
     */
    public static void write(MetadataImage image, Consumer<ByteString> pieces, int pieceBytes) {
        var out = new PieceStream(pieces, pieceBytes);
        try {
            SnapshotEncoder.write(image, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.flush();
    }

    /** Puts the pieces of one snapshot together again. Not thread-safe. */
    public static final class Reader {
        private final SnapshotDecoder decoder;

        /** @param source who sends the pieces, for messages: "The snapshot from node1:7072" */
        public Reader(String source) {
            decoder = new SnapshotDecoder(source, "ask again, from another voter if this repeats");
        }

        /**
         * Takes the next piece.
         *
         * @throws io.muster.error.MusterException CORRUPT if the pieces make no snapshot
         */
        public void add(ByteString piece) {
            for (ByteBuffer bytes : piece.asReadOnlyByteBufferList()) {
                decoder.add(bytes);
            }
        }

        /**
         * The image, after the last piece.
         *
         * @throws io.muster.error.MusterException CORRUPT if pieces are missing
         */
        public MetadataImage finish() {
            return decoder.finish();
        }
    }

    /** Cuts what is written into pieces. */
    private static final class PieceStream extends OutputStream {
        private final Consumer<ByteString> pieces;
        private byte[] piece;
        private int length;

        PieceStream(Consumer<ByteString> pieces, int pieceBytes) {
            this.pieces = pieces;
            this.piece = new byte[pieceBytes];
        }

        @Override
        public void write(int oneByte) {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) {
            int from = offset;
            int left = count;
            while (left > 0) {
                int now = Math.min(left, piece.length - length);
                System.arraycopy(bytes, from, piece, length, now);
                length += now;
                from += now;
                left -= now;
                if (length == piece.length) {
                    emit();
                }
            }
        }

        @Override
        public void flush() {
            if (length > 0) {
                emit();
            }
        }

        private void emit() {
            byte[] full = length == piece.length ? piece : Arrays.copyOf(piece, length);
            piece = new byte[piece.length];
            length = 0;
            pieces.accept(UnsafeByteOperations.unsafeWrap(full));
        }
    }
}
