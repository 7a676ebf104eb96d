package io.muster.bench;

import io.muster.controller.ControllerSettings;
import io.muster.controller.liveness.Appends;
import io.muster.controller.liveness.DeathProbe;
import io.muster.controller.liveness.Liveness;
import io.muster.controller.liveness.Renewal;
import io.muster.controller.liveness.RenewalSink;
import io.muster.controller.liveness.Verdict;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.rpc.v1.RefusalCode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What a heartbeat costs the controller, without the network: it is stored, a barrier of an in-memory log confirms it, the
 * lease is granted, and the clocks are judged. 1,000 brokers beat once in each round of half a second of made-up time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx1g")
public class LivenessBenchmark {
    private static final int BROKERS = 1_000;

    private final Sink sink = new Sink();
    private MetadataImage image = MetadataImage.EMPTY;
    private Liveness liveness = idle();
    private long[] epochs = {};
    private long nowNs;
    private long sequence;
    private long roundNs;

    @Setup(Level.Trial)
    public void open() {
        image = SampleCluster.ofBrokers(BROKERS);
        epochs = new long[BROKERS + 1];
        liveness = idle();
        roundNs = ControllerSettings.DEFAULTS.heartbeatIntervalMs() * 1_000_000;
        for (int id = 1; id <= BROKERS; id++) {
            epochs[id] = image.broker(id).orElseThrow().epoch();
            if (!liveness.openSession(id, epochs[id], sink, nowNs)) {
                throw new IllegalStateException("broker " + id + " was refused a session");
            }
        }
    }

    private Liveness idle() {
        InMemoryQuorum quorum = InMemoryQuorum.autoCommit();
        MetadataLog log = quorum.open(1);
        Liveness made = new Liveness(
                ControllerSettings.DEFAULTS.liveness(), new Appends(log), DeathProbe.NONE, () -> {}, () -> {});
        log.start(new BarriersTo(made));
        quorum.lead(1);
        made.activate(quorum.term(), image, nowNs);
        return made;
    }

    @Benchmark
    @OperationsPerInvocation(BROKERS)
    public void heartbeat(Blackhole blackhole) {
        nowNs += roundNs;
        sequence++;
        for (int id = 1; id <= BROKERS; id++) {
            liveness.heartbeat(id, epochs[id], sink, sequence, image.nextOffset(), nowNs + id);
        }
        nowNs += BROKERS;
        liveness.tick(nowNs);
        liveness.tick(nowNs + 1);
        List<Verdict> verdicts = liveness.verdicts(false, nowNs + 2);
        if (!verdicts.isEmpty() || sink.newest != sequence) {
            throw new IllegalStateException("a heartbeat was not answered: " + verdicts);
        }
        blackhole.consume(sink.renewals);
    }

    private static final class Sink implements RenewalSink {
        private long renewals;
        private long newest;

        @Override
        public void renewed(Renewal renewal) {
            renewals++;
            newest = renewal.sequence();
        }

        @Override
        public void ended(RefusalCode code, String sentence) {
            throw new IllegalStateException(sentence);
        }
    }

    /** Passes barriers on; nothing else happens on this log. */
    private record BarriersTo(Liveness liveness) implements LogListener {
        @Override
        public void onApplied(Applied applied, long term) {}

        @Override
        public void onBarrier(long term, long barrierId) {
            liveness.onBarrier(term, barrierId);
        }

        @Override
        public void onImageReplaced(MetadataImage replaced) {}

        @Override
        public void onLeading(long epoch, MetadataImage current) {}

        @Override
        public void onNotLeading(String why) {}

        @Override
        public void onLeaderKnown(Leadership leadership) {}

        @Override
        public void onFailure(String reason, Throwable cause) {
            throw new IllegalStateException(reason, cause);
        }
    }
}
