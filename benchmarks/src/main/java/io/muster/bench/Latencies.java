package io.muster.bench;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How long commits took, and how many went through.
 *
 * @param p50Ms median
 * @param p99Ms 99th percentile
 * @param perSecond commits a second
 */
record Latencies(double p50Ms, double p99Ms, double perSecond) {
    /** One caller that waits for each commit before it makes the next. */
    static Latencies sequential(Committer committer, int commits) {
        long[] tookNs = new long[commits];
        long startNs = System.nanoTime();
        for (int i = 0; i < commits; i++) {
            long beganNs = System.nanoTime();
            committer.commit(0).toCompletableFuture().join();
            tookNs[i] = System.nanoTime() - beganNs;
        }
        return of(tookNs, System.nanoTime() - startNs);
    }

    /** {@code callers} callers, each of which makes its next commit when its last is done, until {@code durationMs} is over. */
    static Latencies concurrent(Committer committer, int callers, long durationMs) {
        Callers run = new Callers(committer, callers, System.nanoTime() + durationMs * 1_000_000);
        long startNs = System.nanoTime();
        for (int caller = 0; caller < callers; caller++) {
            run.next(caller);
        }
        run.await();
        return of(run.tookNs(), System.nanoTime() - startNs);
    }

    private static Latencies of(long[] tookNs, long wallNs) {
        long[] sorted = tookNs.clone();
        Arrays.sort(sorted);
        if (sorted.length == 0) {
            return new Latencies(Double.NaN, Double.NaN, 0);
        }
        return new Latencies(
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6,
                sorted.length / (wallNs / 1e9));
    }

    /** The median of each figure over several runs. */
    static Latencies median(List<Latencies> runs) {
        return new Latencies(
                median(runs.stream().mapToDouble(Latencies::p50Ms).toArray()),
                median(runs.stream().mapToDouble(Latencies::p99Ms).toArray()),
                median(runs.stream().mapToDouble(Latencies::perSecond).toArray()));
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Callers driven by completions: no thread waits, so that the callers' own cost stays small. */
    private static final class Callers {
        private static final int MOST_SAMPLES = 4_000_000;

        private final Committer committer;
        private final long endNs;
        private final CountDownLatch running;
        private final long[] samplesNs = new long[MOST_SAMPLES];
        private final AtomicInteger samples = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Callers(Committer committer, int callers, long endNs) {
            this.committer = committer;
            this.endNs = endNs;
            this.running = new CountDownLatch(callers);
        }

        void next(int caller) {
            long beganNs = System.nanoTime();
            if (beganNs - endNs >= 0) {
                running.countDown();
                return;
            }
            committer.commit(caller).whenComplete((done, error) -> {
                if (error != null) {
                    failure.compareAndSet(null, error);
                    running.countDown();
                    return;
                }
                int sample = samples.getAndIncrement();
                if (sample < MOST_SAMPLES) {
                    samplesNs[sample] = System.nanoTime() - beganNs;
                }
                next(caller);
            });
        }

        void await() {
            try {
                running.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while commits were under way", e);
            }
            Throwable first = failure.get();
            if (first != null) {
                throw new IllegalStateException("a commit failed: " + first.getMessage(), first);
            }
        }

        long[] tookNs() {
            return Arrays.copyOf(samplesNs, Math.min(samples.get(), MOST_SAMPLES));
        }
    }
}
