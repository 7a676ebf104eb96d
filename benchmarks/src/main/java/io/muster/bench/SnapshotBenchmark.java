package io.muster.bench;

import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A snapshot of 1,000,000 partitions × 3 replicas on 300 brokers: to a durable file, and back into an image. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3)
@Measurement(iterations = 7)
@Fork(value = 1, jvmArgs = "-Xmx2g")
public class SnapshotBenchmark {
    private MetadataImage image = MetadataImage.EMPTY;
    private Path directory = Path.of(".");
    private Path stored = Path.of(".");

    @Setup(Level.Trial)
    public void build() throws IOException {
        image = SampleCluster.spread(300, 100, 1_000_000, 3);
        directory = Files.createTempDirectory("muster-bench-snapshot");
        stored = directory.resolve("stored");
        SnapshotFile.write(image, stored);
        System.out.printf("# snapshot file: %,d bytes%n", Files.size(stored));
    }

    @TearDown(Level.Trial)
    public void clean() throws IOException {
        TemporaryDirectory.delete(directory);
    }

    /** Encoded, written, forced to disk and renamed. */
    @Benchmark
    public Path write() throws IOException {
        Path file = directory.resolve("written");
        SnapshotFile.write(image, file);
        return file;
    }

    /** Checked against its checksum, then built into an image: what a restart waits for. */
    @Benchmark
    public MetadataImage load() throws IOException {
        return SnapshotFile.read(stored);
    }
}
