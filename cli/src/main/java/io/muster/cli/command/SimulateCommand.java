package io.muster.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
import io.muster.cli.OutputFormat;
import io.muster.cli.Signals;
import io.muster.testkit.sim.Simulate;
import io.muster.testkit.sim.SimulationFailed;
import io.muster.testkit.sim.SimulationSummary;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code muster simulate}. */
@Command(
        name = "simulate",
        description = {
            "Rehearse whole clusters on virtual time, one for each seed: crashes, pauses, cuts, lost tails, damaged"
                    + " disks, clocks that drift and jump.",
            "The controller and the agents are the real ones. Every step is checked against the invariants; a failure"
                    + " is told with the command that shows it again. Ctrl-C ends it with what was done so far."
        })
public final class SimulateCommand implements Callable<Integer> {
    private static final double MOST_HOURS = 10_000;
    private static final int MOST_THREADS = 256;
    private static final long PROGRESS_EVERY_NS = 2_000_000_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The first seed; others count up from it. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many seeds, each a cluster of its own. Default: ${DEFAULT-VALUE}.")
    private long seeds;

    @Option(
            names = "--hours",
            paramLabel = "H",
            defaultValue = "0.25",
            description =
                    "Simulated hours of each seed; 0.5 is half an hour. 200 seeds with 1 hour are 200 simulated hours."
                            + " Default: ${DEFAULT-VALUE}.")
    private double hours;

    @Option(
            names = "--threads",
            paramLabel = "T",
            description =
                    "Seeds at a time; the outcome of a seed does not depend on it. Default: one for each processor.")
    private int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());

    @Option(names = "--trace", description = "Tell everything that happens, step by step. Best with --seeds 1.")
    private boolean trace;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to show the outcome. Default: ${DEFAULT-VALUE}.")
    private OutputFormat output = OutputFormat.table;

    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final AtomicLong toldNs = new AtomicLong(System.nanoTime());

    @Override
    public Integer call() {
        check(seeds >= 1, "--seeds must be at least 1");
        check(hours > 0 && hours <= MOST_HOURS, "--hours must be above 0 and at most 10000");
        check(threads >= 1 && threads <= MOST_THREADS, "--threads must be from 1 to " + MOST_THREADS);
        Signals.on("INT", () -> interrupted.set(true));
        PrintWriter out = spec.commandLine().getOut();
        Duration each = Duration.ofMillis(Math.max(1, Math.round(hours * 3_600_000)));
        SimulationSummary summary = new Simulate(seed, seeds, each, (int) Math.min(threads, seeds))
                .run(() -> true, () -> !interrupted.get(), this::tell, trace ? tracer(out) : null);
        if (output == OutputFormat.json) {
            out.println(Json.of(toJson(summary)));
        } else {
            summary.print(out);
        }
        out.flush();
        if (!summary.failures().isEmpty()) {
            return ExitCodes.FAILED;
        }
        return interrupted.get() ? ExitCodes.INTERRUPTED : ExitCodes.OK;
    }

    private void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }

    private @Nullable Consumer<String> tracer(PrintWriter out) {
        PrintWriter to = output == OutputFormat.json ? spec.commandLine().getErr() : out;
        return to::println;
    }

    /** Progress, not more often than people read. */
    private void tell(SimulationSummary soFar) {
        long nowNs = System.nanoTime();
        long lastNs = toldNs.get();
        if (nowNs - lastNs >= PROGRESS_EVERY_NS && toldNs.compareAndSet(lastNs, nowNs)) {
            PrintWriter err = spec.commandLine().getErr();
            err.printf(
                    "%d of %d seeds, %.1f simulated hours, %d faults, %d failures%n",
                    soFar.seeds(),
                    seeds,
                    soFar.simulatedHours(),
                    soFar.faultCount(),
                    soFar.failures().size());
            err.flush();
        }
    }

    private static JsonObject toJson(SimulationSummary summary) {
        JsonObject faults = new JsonObject();
        summary.faults()
                .forEach((kind, count) -> faults.addProperty(kind.label().replace(' ', '_'), count));
        JsonObject checks = new JsonObject();
        summary.checks().forEach((number, count) -> checks.addProperty(String.valueOf(number), count));
        JsonArray failures = new JsonArray();
        for (SimulationFailed failed : summary.failures()) {
            JsonObject failure = new JsonObject();
            failure.addProperty("seed", failed.seed());
            failure.addProperty("what", failed.what());
            failure.addProperty("replay", failed.replayCommand());
            failures.add(failure);
        }
        JsonObject json = new JsonObject();
        json.addProperty("seeds", summary.seeds());
        json.addProperty("simulatedHours", summary.simulatedHours());
        json.addProperty("seconds", summary.realSeconds());
        json.addProperty("batches", summary.batches());
        json.add("invariantChecks", checks);
        json.addProperty("faultCount", summary.faultCount());
        json.add("faults", faults);
        json.add("failures", failures);
        return json;
    }
}
