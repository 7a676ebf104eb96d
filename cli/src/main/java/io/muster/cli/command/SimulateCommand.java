package io.muster.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
import io.muster.cli.OutputFormat;
import io.muster.testkit.sim.Simulate;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code muster simulate}. */
@Command(
        name = "simulate",
        description = {
            "Rehearse whole clusters on virtual time: crashes, restarts, lost tails, late messages, one seed per run.",
            "Every step is checked against the invariants; a failure names the seed that shows it again."
        })
public final class SimulateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The first seed. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many seeds. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--minutes",
            paramLabel = "M",
            defaultValue = "10",
            description = "Simulated minutes of each run. Default: ${DEFAULT-VALUE}.")
    private long minutes;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to show the outcome. Default: ${DEFAULT-VALUE}.")
    private OutputFormat output = OutputFormat.table;

    @Override
    public Integer call() {
        if (runs < 1 || minutes < 1) {
            throw new ParameterException(spec.commandLine(), "--runs and --minutes must be at least 1");
        }
        boolean json = output == OutputFormat.json;
        Simulate.Summary summary = Simulate.run(seed, runs, minutes, json ? System.err : System.out);
        if (json) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(Json.of(toJson(summary)));
            out.flush();
        }
        return summary.failures().isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
    }

    private static JsonObject toJson(Simulate.Summary summary) {
        JsonObject faults = new JsonObject();
        summary.faults().forEach((kind, count) -> faults.addProperty(kind.name().toLowerCase(Locale.ROOT), count));
        JsonArray failures = new JsonArray();
        summary.failures().forEach(failure -> failures.add(failure.getMessage()));
        JsonObject json = new JsonObject();
        json.addProperty("seeds", summary.seeds());
        json.addProperty("simulatedHours", summary.hours());
        json.addProperty("batches", summary.offsets());
        json.addProperty("checks", summary.checks());
        json.add("faults", faults);
        json.add("failures", failures);
        return json;
    }
}
