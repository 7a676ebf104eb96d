package io.muster.metadata.snapshot;

import com.google.protobuf.CodedInputStream;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.SnapshotFooter;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.storage.DurableFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Snapshots as files. A file is there whole, checked and durable, or not at all. Stateless. */
public final class SnapshotFile {
    private static final int BUFFER_BYTES = 1 << 18;
    private static final String ADVICE =
            "delete it if an older snapshot and the log since then are there, or restore the directory from a backup";

    private SnapshotFile() {}

    /** Writes {@code image} to {@code out} without closing it. The same image always yields the same bytes. */
    public static void write(MetadataImage image, OutputStream out) throws IOException {
        SnapshotEncoder.write(image, out);
    }

    /** Writes {@code image} as {@code file}, which appears only when every byte is on disk. */
    public static void write(MetadataImage image, Path file) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        writeUnpublished(image, temporary);
        DurableFiles.publish(temporary, file);
    }

    /** Writes {@code image} to {@code file} and waits for the disk, without the rename that makes it a snapshot. */
    public static void writeUnpublished(MetadataImage image, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)) {
            SnapshotEncoder.write(image, out);
            out.flush();
            channel.force(true);
        }
    }

    /**
     * Reads a snapshot. The checksum is verified before anything in the file is believed.
     *
     * @throws MusterException CORRUPT if the file is damaged, cut short, no snapshot or of a newer version
     */
    public static MetadataImage read(Path file) throws IOException {
        String source = "Snapshot " + file;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            verify(channel, source);
            channel.position(0);
            var decoder = new SnapshotDecoder(source, ADVICE);
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
            while (channel.read(buffer) >= 0) {
                decoder.add(buffer.flip());
                buffer.clear();
            }
            return decoder.finish();
        }
    }

    /**
     * Checks the bytes of a snapshot without building the image.
     *
     * @throws MusterException CORRUPT if the file is damaged, cut short or no snapshot
     */
    public static void verify(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            verify(channel, "Snapshot " + file);
        }
    }

    /** Size of the file in bytes. */
    public static long size(Path file) throws IOException {
        return Files.size(file);
    }

    private static void verify(FileChannel channel, String source) throws IOException {
        byte[] magic = SnapshotFormat.magic();
        if (!Arrays.equals(readAt(channel, 0, magic.length), magic)) {
            throw corrupt(source, "is no snapshot of Muster");
        }
        long position = magic.length;
        while (true) {
            ByteBuffer prefix = ByteBuffer.wrap(readAt(channel, position, SnapshotFormat.PREFIX_BYTES));
            if (prefix.remaining() < SnapshotFormat.PREFIX_BYTES) {
                throw corrupt(source, "ends too early");
            }
            byte kind = prefix.get();
            int length = prefix.getInt();
            long end = position + SnapshotFormat.PREFIX_BYTES + length;
            if (length < 0 || length > SnapshotFormat.MAX_MESSAGE_BYTES || end > channel.size()) {
                throw corrupt(source, "ends too early, or a length in it is damaged");
            }
            if (kind == SnapshotFormat.FOOTER) {
                byte[] footer = readAt(channel, end - length, length);
                verifyFooter(channel, source, position, SnapshotFooter.parseFrom(CodedInputStream.newInstance(footer)));
                return;
            }
            position = end;
        }
    }

    private static void verifyFooter(FileChannel channel, String source, long covered, SnapshotFooter footer)
            throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        channel.position(0);
        for (long left = covered; left > 0; ) {
            buffer.clear().limit((int) Math.min(left, BUFFER_BYTES));
            int count = channel.read(buffer);
            if (count < 0) {
                throw corrupt(source, "was changed while it was read");
            }
            left -= count;
            crc.update(buffer.flip());
        }
        if ((int) crc.getValue() != footer.getCrc32C()) {
            throw corrupt(source, "is damaged (its checksum differs)");
        }
    }

    private static byte[] readAt(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        long at = position;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                break;
            }
            at += count;
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    private static MusterException corrupt(String source, String what) {
        return new MusterException(ErrorCode.CORRUPT, source + " " + what + "; " + ADVICE + ".");
    }
}
