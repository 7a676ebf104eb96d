package io.muster.bench;

import io.muster.log.v1.Batch;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What applying one decoded batch to an image costs: what every voter and every broker pays for each change. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx4g")
public class ImageBenchmark {
    private static final int BROKERS = 300;
    private static final int REPLICAS = 3;

    /** An image of {@code partitions} × 3 replicas on 300 brokers, and batches to apply to it. */
    @State(Scope.Benchmark)
    public static class Existing {
        @Param({"50000", "1000000"})
        public int partitions;

        MetadataImage image = MetadataImage.EMPTY;
        Batch spreadChanges = Batch.getDefaultInstance();
        Batch denseChanges = Batch.getDefaultInstance();
        Batch oneChange = Batch.getDefaultInstance();

        @Setup(Level.Trial)
        public void build() {
            image = SampleCluster.spread(BROKERS, partitions / 50_000, partitions, REPLICAS);
            spreadChanges = SampleCluster.leadersMoved(image, 50_000, partitions / 50_000);
            denseChanges = SampleCluster.leadersMoved(image, 50_000, 1);
            oneChange = SampleCluster.leadersMoved(image, 1, 1);
        }
    }

    /** Brokers without work, and the batch that creates 50,000 partitions × 3 replicas. */
    @State(Scope.Benchmark)
    public static class Fresh {
        MetadataImage image = MetadataImage.EMPTY;
        Batch creation = Batch.getDefaultInstance();

        @Setup(Level.Trial)
        public void build() {
            image = SampleCluster.ofBrokers(BROKERS);
            creation = SampleCluster.batch(
                    image,
                    CauseKind.RESOURCE_CHANGE,
                    List.of(SampleCluster.resource("orders", image, 50_000, REPLICAS, 0)));
        }
    }

    @Benchmark
    public Applied create50000(Fresh fresh) {
        return fresh.image.apply(fresh.creation);
    }

    /** Changes that lie evenly over the whole image, as when a broker is lost. */
    @Benchmark
    public Applied change50000(Existing existing) {
        return existing.image.apply(existing.spreadChanges);
    }

    /** Changes of neighbours, as when something is done to one resource. */
    @Benchmark
    public Applied change50000OfOneResource(Existing existing) {
        return existing.image.apply(existing.denseChanges);
    }

    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public Applied changeOne(Existing existing) {
        return existing.image.apply(existing.oneChange);
    }
}
