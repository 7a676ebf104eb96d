package io.muster.metadata.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.ImageFixture;
import io.muster.metadata.image.MetadataImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFileTest {
    @TempDir
    Path dir;

    private static MetadataImage sample() {
        ImageFixture fixture = ImageFixture.cluster(5);
        int[][] replicas = new int[300][];
        for (int i = 0; i < replicas.length; i++) {
            replicas[i] = new int[] {1 + i % 5, 1 + (i + 1) % 5};
        }
        fixture.apply(fixture.resource("orders", replicas));
        fixture.apply(ImageFixture.request("r1", "answer"));
        return fixture.image();
    }

    @Test
    void fileHoldsTheImage() throws IOException {
        for (MetadataImage image : List.of(MetadataImage.EMPTY, sample())) {
            Path file = dir.resolve("s" + image.nextOffset());
            SnapshotFile.write(image, file);
            SnapshotFile.verify(file);
            MetadataImage read = SnapshotFile.read(file);
            assertThat(ImageFixture.bytes(read)).isEqualTo(ImageFixture.bytes(image));
            assertThat(read.nextOffset()).isEqualTo(image.nextOffset());
        }
        try (var files = Files.list(dir)) {
            assertThat(files).hasSize(2).noneMatch(path -> path.toString().endsWith(".tmp"));
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        Path file = dir.resolve("s");
        SnapshotFile.write(sample(), file);
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length += 1 + length / 50) {
            Files.write(file, Arrays.copyOf(good, length));
            assertCorrupt(() -> SnapshotFile.read(file));
        }
    }

    @Test
    void everyFlippedBitIsRefused() throws IOException {
        Path file = dir.resolve("s");
        SnapshotFile.write(sample(), file);
        byte[] good = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            assertCorrupt(() -> SnapshotFile.read(file));
        }
        Files.write(file, good);
        assertThat(SnapshotFile.read(file).nextOffset()).isEqualTo(sample().nextOffset());
    }

    @Test
    void bytesBehindTheEndAreRefused() throws IOException {
        Path file = dir.resolve("s");
        SnapshotFile.write(sample(), file);
        byte[] good = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(good, good.length + 1));
        assertCorrupt(() -> SnapshotFile.read(file));
    }

    @Test
    void newerLevelIsRefusedWithTheWayOut() throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(SnapshotFormat.magic());
        byte[] header = io.muster.log.v1.SnapshotHeader.newBuilder()
                .setFormatLevel(99)
                .build()
                .toByteArray();
        bytes.write(SnapshotFormat.HEADER);
        bytes.writeBytes(ByteBuffer.allocate(4).putInt(header.length).array());
        bytes.writeBytes(header);
        var reader = new SnapshotStream.Reader("The snapshot from node1");
        assertThatThrownBy(() -> reader.add(ByteString.copyFrom(bytes.toByteArray())))
                .isInstanceOf(MusterException.class)
                .hasMessageContaining("The snapshot from node1 has format level 99")
                .hasMessageContaining("upgrade this node");
    }

    @Test
    void piecesOfAnySizeMakeTheImageAgainAndAreTheBytesOfTheFile() throws IOException {
        MetadataImage image = sample();
        Path file = dir.resolve("s");
        SnapshotFile.write(image, file);
        for (int pieceBytes : new int[] {1, 7, 1000, 1 << 20}) {
            List<ByteString> pieces = new ArrayList<>();
            SnapshotStream.write(image, pieces::add, pieceBytes);
            assertThat(ByteString.copyFrom(pieces).toByteArray()).isEqualTo(Files.readAllBytes(file));
            var reader = new SnapshotStream.Reader("the feed");
            pieces.forEach(reader::add);
            assertThat(ImageFixture.bytes(reader.finish())).isEqualTo(ImageFixture.bytes(image));
        }
    }

    @Test
    void missingOrDamagedPiecesAreRefused() {
        List<ByteString> pieces = new ArrayList<>();
        SnapshotStream.write(sample(), pieces::add, 100);
        for (int left = 0; left < pieces.size(); left++) {
            List<ByteString> fewer = new ArrayList<>(pieces);
            fewer.remove(left);
            assertCorrupt(() -> {
                var reader = new SnapshotStream.Reader("the feed");
                fewer.forEach(reader::add);
                reader.finish();
            });
        }
    }

    private static void assertCorrupt(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(MusterException.class)
                .satisfies(error -> assertThat(((MusterException) error).code()).isEqualTo(ErrorCode.CORRUPT));
    }
}
