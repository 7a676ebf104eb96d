package io.muster.testkit.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Many runs, each from its own seed, several at a time. Each run has one thread and shares nothing with the others, so the
 * outcome of a seed does not depend on how many run beside it.
 *
 * @param firstSeed seeds count up from here
 * @param seeds how many
 * @param each simulated time of each
 * @param threads runs at a time
 * @param setup an application of one's own; null for the one that is made up
 */
public record Simulate(
        long firstSeed,
        long seeds,
        Duration each,
        int threads,
        @Nullable SimSetup setup) {
    /** With an application that is made up. */
    public Simulate(long firstSeed, long seeds, Duration each, int threads) {
        this(firstSeed, seeds, each, threads, null);
    }

    /** Hears how it goes, from several threads. */
    public interface Progress {
        Progress NONE = summary -> {};

        /** A run has ended; this is what all came to so far. */
        void ended(SimulationSummary soFar);
    }

    /**
     * Runs them.
     *
     * @param begin asked before each run: false begins no more and lets those under way come to their end
     * @param goOn asked often: false ends runs before their time; what they came to counts
     * @param trace hears everything that happens, in words; null if nobody wants to
     */
    public SimulationSummary run(
            BooleanSupplier begin, BooleanSupplier goOn, Progress progress, @Nullable Consumer<String> trace) {
        SimulationSummary.Adder adder = new SimulationSummary.Adder();
        AtomicLong next = new AtomicLong();
        ExecutorService workers = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "muster-simulation");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                ends.add(workers.submit(() -> {
                    for (long n = next.getAndIncrement();
                            n < seeds && begin.getAsBoolean() && goOn.getAsBoolean();
                            n = next.getAndIncrement()) {
                        one(firstSeed + n, goOn, trace, adder);
                        progress.ended(adder.summary());
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The simulator itself failed: " + e.getCause(), e.getCause());
        } finally {
            workers.shutdownNow();
        }
        return adder.summary();
    }

    private void one(long seed, BooleanSupplier goOn, @Nullable Consumer<String> trace, SimulationSummary.Adder adder) {
        try {
            SimulationResult result = new Simulation(seed, PlantedBugs.NONE, setup, trace).run(each, goOn);
            adder.add(result, result.simulatedNs() >= each.toNanos());
        } catch (SimulationFailed failed) {
            adder.add(failed);
        }
    }
}
