package io.muster.metadata.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.metadata.image.ImageFixture;
import io.muster.metadata.image.MetadataImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million partitions: loaded in the time that the budget gives, several times over for a busy machine. */
class LargeSnapshotTest {
    private static final int PARTITIONS = 1_000_000;
    private static final long BUDGET_MS = 3000;
    private static final long ALLOWANCE = 5;

    @TempDir
    Path dir;

    @Test
    void millionPartitionsAreWrittenAndLoaded() throws Exception {
        ImageFixture fixture = ImageFixture.cluster(100);
        int[][] replicas = new int[PARTITIONS][];
        for (int i = 0; i < PARTITIONS; i++) {
            replicas[i] = new int[] {1 + i % 100, 1 + (i + 37) % 100, 1 + (i + 71) % 100};
        }
        fixture.apply(fixture.resource("orders", replicas));
        MetadataImage image = fixture.image();
        Path file = dir.resolve("s");

        long start = System.nanoTime();
        SnapshotFile.write(image, file);
        long written = System.nanoTime();
        MetadataImage read = SnapshotFile.read(file);
        long readMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - written);

        assertThat(read.partitionCount()).isEqualTo(PARTITIONS);
        assertThat(readMs)
                .as("written in %d ms, %d bytes", TimeUnit.NANOSECONDS.toMillis(written - start), Files.size(file))
                .isLessThan(BUDGET_MS * ALLOWANCE);
    }
}
