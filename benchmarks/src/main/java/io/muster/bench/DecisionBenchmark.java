package io.muster.bench;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.CreateResource;
import io.muster.controller.decide.Decision;
import io.muster.controller.decide.FenceBroker;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
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

/** What the controller's thread pays for its largest decisions: deciding alone, and deciding plus applying in memory. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx4g")
public class DecisionBenchmark {
    private static final long NOW_MS = 1_800_000_000_000L;

    /** 30 brokers, of which broker 1 leads {@code led} partitions of 3 replicas. */
    @State(Scope.Benchmark)
    public static class OneLeads {
        @Param({"10000", "50000"})
        public int led;

        MetadataImage image = MetadataImage.EMPTY;
        Command<Boolean> fence = fence(MetadataImage.EMPTY, 0);

        @Setup(Level.Trial)
        public void build() {
            image = SampleCluster.ledByOne(30, led, 3);
            fence = fence(image, 1);
        }
    }

    /** 1,000,000 partitions × 3 replicas on 300 brokers: each leads 3,333 and stands by for 6,667. */
    @State(Scope.Benchmark)
    public static class Million {
        MetadataImage image = MetadataImage.EMPTY;
        Command<Boolean> fence = fence(MetadataImage.EMPTY, 0);

        @Setup(Level.Trial)
        public void build() {
            image = SampleCluster.spread(300, 100, 1_000_000, 3);
            fence = fence(image, 7);
        }
    }

    /** 30 brokers without work. */
    @State(Scope.Benchmark)
    public static class Idle {
        MetadataImage image = MetadataImage.EMPTY;
        final Command<CreateResourceReply> creation = new CreateResource(CreateResourceRequest.newBuilder()
                .setName("orders")
                .setPartitions(50_000)
                .setReplicas(3)
                .build());

        @Setup(Level.Trial)
        public void build() {
            image = SampleCluster.ofBrokers(30);
        }
    }

    @Benchmark
    public Decision<Boolean> fenceDecide(OneLeads cluster) {
        return cluster.fence.decide(cluster.image, NOW_MS);
    }

    @Benchmark
    public Applied fenceDecideAndApply(OneLeads cluster) {
        return decideAndApply(cluster.fence, cluster.image);
    }

    @Benchmark
    public Applied oneOf300FencedAtAMillion(Million cluster) {
        return decideAndApply(cluster.fence, cluster.image);
    }

    @Benchmark
    public Decision<CreateResourceReply> create50000Decide(Idle cluster) {
        return cluster.creation.decide(cluster.image, NOW_MS);
    }

    @Benchmark
    public Applied create50000DecideAndApply(Idle cluster) {
        return decideAndApply(cluster.creation, cluster.image);
    }

    private static Command<Boolean> fence(MetadataImage image, int broker) {
        long epoch = image.broker(broker).map(b -> b.epoch()).orElse(0L);
        return new FenceBroker(broker, epoch, CauseKind.SESSION_TIMEOUT, "measured");
    }

    private static Applied decideAndApply(Command<?> command, MetadataImage image) {
        Decision<?> decision = command.decide(image, NOW_MS);
        return image.apply(SampleCluster.batch(image, decision.cause().getKind(), decision.records()));
    }
}
