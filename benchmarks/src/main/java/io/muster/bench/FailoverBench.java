package io.muster.bench;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The whole failover on real processes, as {@code bin/muster demo} sees it: kill -9 of a node until the last of its partitions
 * is led again as every survivor sees it, and served again as the work itself sees it.
 */
public final class FailoverBench {
    private static final long DEMO_TIMEOUT_S = 180;

    private static final List<String> FIGURES =
            List.of("firstCommitMs", "fencedMs", "firstLedMs", "lastLedMs", "lastServedMs");

    private FailoverBench() {}

    /** Arguments: the {@code muster} command, the number of runs, then options of {@code muster demo}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path muster = Path.of(args[0]);
        int runs = Integer.parseInt(args[1]);
        List<String> options = List.of(args).subList(2, args.length);
        List<JsonObject> reports = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            JsonObject report = demo(muster, options);
            System.out.println("# run " + run + ": " + report);
            reports.add(report);
        }
        print(options, reports);
    }

    private static JsonObject demo(Path muster, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(muster.toString(), "demo", "-o", "json"));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(DEMO_TIMEOUT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroy();
            throw new IllegalStateException(
                    String.join(" ", command) + " failed; run it by hand to see why. It printed: " + out);
        }
        return JsonParser.parseString(out).getAsJsonObject();
    }

    private static void print(List<String> options, List<JsonObject> reports) {
        System.out.printf(
                "| %d runs of muster demo %s | min | median | max |%n|---|---|---|---|%n",
                reports.size(), String.join(" ", options));
        for (String figure : FIGURES) {
            double[] values = reports.stream()
                    .map(report -> report.get(figure))
                    .filter(value -> value != null && !value.isJsonNull())
                    .mapToDouble(JsonElement::getAsDouble)
                    .sorted()
                    .toArray();
            if (values.length > 0) {
                System.out.printf(
                        "| %s | %.0f | %.0f | %.0f |%n",
                        figure,
                        values[0],
                        Latencies.median(values),
                        Arrays.stream(values).max().orElseThrow());
            }
        }
        long controllers = reports.stream()
                .filter(r -> r.get("killedWasController").getAsBoolean())
                .count();
        System.out.printf("| runs in which the victim was the controller | | %d | |%n", controllers);
        long overlaps =
                reports.stream().mapToLong(r -> r.get("overlaps").getAsLong()).sum();
        System.out.printf("| overlaps, sum of all runs | | %d | |%n", overlaps);
    }
}
