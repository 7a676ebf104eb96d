package io.muster.bench;

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

/** Which persistent vector holds the partition table best: what the image does with it, for each candidate. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx4g")
public class CollectionsBenchmark {
    private static final int SIZE = 1_000_000;
    private static final int CREATED = 50_000;

    @Param
    Vectors library = Vectors.PAGURO;

    private Object[] toCreate = {};
    private Object million = "";
    private Object replacement = "";
    private int[] tenThousand = {};
    private int[] fiftyThousand = {};
    private int next;

    /** Builds the vector of a million; the indexes of a batch are spread evenly, as the partitions of one broker are. */
    @Setup(Level.Trial)
    public void build() {
        toCreate = distinct(CREATED);
        million = library.create(distinct(SIZE));
        replacement = "replacement";
        tenThousand = evenly(10_000);
        fiftyThousand = evenly(50_000);
    }

    private static Object[] distinct(int size) {
        Object[] values = new Object[size];
        for (int i = 0; i < size; i++) {
            values[i] = (Integer) i;
        }
        return values;
    }

    private static int[] evenly(int count) {
        int[] indexes = new int[count];
        for (int i = 0; i < count; i++) {
            indexes[i] = i * (SIZE / count);
        }
        return indexes;
    }

    @Benchmark
    public Object create50000() {
        return library.create(toCreate);
    }

    /** One update of a vector of 1,000,000. */
    @Benchmark
    public Object updateOne() {
        next = (next + 7919) % SIZE;
        return library.set(million, next, replacement);
    }

    @Benchmark
    public Object update10000Of1000000() {
        return library.setAll(million, tenThousand, replacement);
    }

    @Benchmark
    public Object update50000Of1000000() {
        return library.setAll(million, fiftyThousand, replacement);
    }

    @Benchmark
    public long iterate1000000() {
        return library.iterate(million);
    }
}
