package io.muster.testkit.sim;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Many runs, one seed after the other, and a table of what they were. */
public final class Simulate {
    private static final long HOUR_NS = 3600L * 1_000_000_000;

    private Simulate() {}

    /**
     * What many runs came to.
     *
     * @param seeds runs
     * @param hours simulated hours of all of them
     * @param faults faults by kind
     * @param offsets batches committed
     * @param checks checks of invariants
     * @param failures runs that failed
     */
    public record Summary(
            int seeds,
            double hours,
            Map<FaultKind, Long> faults,
            long offsets,
            long checks,
            List<SimulationFailed> failures) {
        public long faultCount() {
            return faults.values().stream().mapToLong(n -> n).sum();
        }
    }

    /** Runs {@code count} seeds from {@code firstSeed}, each for {@code minutes} of simulated time. */
    public static Summary run(long firstSeed, int count, long minutes, PrintStream out) {
        return run(firstSeed, count, minutes, Long.MAX_VALUE, out);
    }

    /** As above, until {@code budget} says stop: nanoseconds of {@link System#nanoTime} that all may take. */
    static Summary run(long firstSeed, int count, long minutes, long budgetNs, PrintStream out) {
        Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
        List<SimulationFailed> failures = new ArrayList<>();
        long simulatedNs = 0;
        long offsets = 0;
        long checks = 0;
        int done = 0;
        long startNs = System.nanoTime();
        for (; done < count && System.nanoTime() - startNs < budgetNs; done++) {
            try {
                SimulationResult result = new Simulation(firstSeed + done, PlantedBugs.NONE).run(minutes);
                simulatedNs += result.simulatedNs();
                offsets += result.offsets();
                checks += result.checks();
                result.faults().forEach((kind, n) -> faults.merge(kind, n, Long::sum));
            } catch (SimulationFailed failed) {
                failures.add(failed);
                out.println("FAILED " + failed.getMessage());
            }
        }
        Summary summary =
                new Summary(done, (double) simulatedNs / HOUR_NS, faults, offsets, checks, List.copyOf(failures));
        print(summary, (System.nanoTime() - startNs) / 1e9, out);
        return summary;
    }

    private static void print(Summary summary, double seconds, PrintStream out) {
        out.printf(Locale.ROOT, "%-22s %,14d%n", "seeds", summary.seeds());
        out.printf(Locale.ROOT, "%-22s %,14.1f%n", "simulated hours", summary.hours());
        out.printf(Locale.ROOT, "%-22s %,14.1f%n", "real seconds", seconds);
        out.printf(Locale.ROOT, "%-22s %,14d%n", "batches committed", summary.offsets());
        out.printf(Locale.ROOT, "%-22s %,14d%n", "checks", summary.checks());
        out.printf(Locale.ROOT, "%-22s %,14d%n", "faults", summary.faultCount());
        summary.faults()
                .forEach((kind, n) -> out.printf(
                        Locale.ROOT,
                        "  %-20s %,14d%n",
                        kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        n));
        out.printf(Locale.ROOT, "%-22s %,14d%n", "failures", summary.failures().size());
    }
}
