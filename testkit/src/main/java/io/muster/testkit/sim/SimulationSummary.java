package io.muster.testkit.sim;

import java.io.PrintWriter;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What many runs came to.
 *
 * @param seeds runs that came to their end
 * @param simulatedHours simulated time of all runs
 * @param realSeconds how long it took
 * @param batches batches committed
 * @param checks checks by number of the invariant
 * @param faults faults by kind
 * @param failures runs that failed, by seed
 */
public record SimulationSummary(
        long seeds,
        double simulatedHours,
        double realSeconds,
        long batches,
        Map<Integer, Long> checks,
        Map<FaultKind, Long> faults,
        List<SimulationFailed> failures) {
    private static final double HOUR_NS = 3600e9;

    public SimulationSummary {
        checks = Collections.unmodifiableMap(new TreeMap<>(checks));
        faults = Collections.unmodifiableMap(new TreeMap<>(faults));
        failures = List.copyOf(failures);
    }

    public long faultCount() {
        return faults.values().stream().mapToLong(n -> n).sum();
    }

    /** Prints a table. */
    public void print(PrintWriter out) {
        row(out, "seeds", seeds);
        out.printf(Locale.ROOT, "%-26s %,14.1f%n", "simulated hours", simulatedHours);
        out.printf(Locale.ROOT, "%-26s %,14.1f%n", "real seconds", realSeconds);
        row(out, "batches committed", batches);
        row(out, "checks", checks.values().stream().mapToLong(n -> n).sum());
        checks.forEach((number, n) -> row(out, "  of invariant " + number, n));
        row(out, "faults", faultCount());
        faults.forEach((kind, n) -> row(out, "  " + kind.label(), n));
        row(out, "failures", failures.size());
        for (SimulationFailed failure : failures) {
            out.println("  seed " + failure.seed() + ": " + failure.what());
            out.println("    replay: " + failure.replayCommand());
        }
    }

    private static void row(PrintWriter out, String name, long value) {
        out.printf(Locale.ROOT, "%-26s %,14d%n", name, value);
    }

    /** Adds up runs. Thread-safe. */
    static final class Adder {
        private final long startNs = System.nanoTime();
        private long seeds;
        private long simulatedNs;
        private long batches;
        private final Map<Integer, Long> checks = new TreeMap<>();
        private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
        private final Map<Long, SimulationFailed> failures = new TreeMap<>();

        /** @param whole false if the run was ended before its time */
        synchronized void add(SimulationResult result, boolean whole) {
            seeds += whole ? 1 : 0;
            simulatedNs += result.simulatedNs();
            batches += result.offsets();
            result.checks().forEach((number, n) -> checks.merge(number, n, Long::sum));
            result.faults().forEach((kind, n) -> faults.merge(kind, n, Long::sum));
        }

        synchronized void add(SimulationFailed failed) {
            seeds++;
            failures.put(failed.seed(), failed);
        }

        synchronized SimulationSummary summary() {
            return new SimulationSummary(
                    seeds,
                    simulatedNs / HOUR_NS,
                    (System.nanoTime() - startNs) / 1e9,
                    batches,
                    checks,
                    faults,
                    List.copyOf(failures.values()));
        }
    }
}
