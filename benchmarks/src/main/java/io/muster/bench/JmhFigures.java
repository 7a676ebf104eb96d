package io.muster.bench;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/** Runs JMH benchmarks and prints their figures as the tables of {@code docs/benchmarks.md}. */
public final class JmhFigures {
    /** What DESIGN.md section 8 asks for, by benchmark and parameters. */
    private static final Map<String, String> TARGETS = new LinkedHashMap<>();

    static {
        TARGETS.put("ImageBenchmark.change50000 partitions=50000", "≤ 6 ms");
        TARGETS.put("ImageBenchmark.change50000 partitions=1000000", "≤ 6 ms");
        TARGETS.put("DecisionBenchmark.fenceDecide led=10000", "≤ 10 ms");
        TARGETS.put("DecisionBenchmark.fenceDecide led=50000", "≤ 40 ms");
        TARGETS.put("DecisionBenchmark.create50000Decide", "≤ 50 ms");
        TARGETS.put("DecisionBenchmark.oneOf300FencedAtAMillion", "≤ 5 ms");
        TARGETS.put("LivenessBenchmark.heartbeat", "≤ 10 µs with the network");
        TARGETS.put("SnapshotBenchmark.load", "≤ 3 s");
    }

    private JmhFigures() {}

    /** Arguments: regular expressions of benchmark names; the options are those on the classes. */
    public static void main(String[] args) throws RunnerException {
        for (String include : args) {
            Collection<RunResult> results = new Runner(new OptionsBuilder()
                            .include(include)
                            .shouldFailOnError(true)
                            .build())
                    .run();
            print(results);
        }
    }

    private static void print(Collection<RunResult> results) {
        System.out.println();
        System.out.println("| benchmark | min | median | max | target |");
        System.out.println("|---|---|---|---|---|");
        for (RunResult result : results) {
            Statistics s = result.getPrimaryResult().getStatistics();
            String unit =
                    result.getPrimaryResult().getScoreUnit().replace("/op", "").replace("us", "µs");
            String name = name(result);
            System.out.printf(
                    "| %s | %s | %s %s | %s | %s |%n",
                    name,
                    number(s.getMin()),
                    number(s.getPercentile(50)),
                    unit,
                    number(s.getMax()),
                    TARGETS.getOrDefault(name, ""));
        }
        System.out.println();
    }

    private static String name(RunResult result) {
        String method = result.getParams().getBenchmark();
        String shorter = method.substring(method.lastIndexOf('.', method.lastIndexOf('.') - 1) + 1);
        Map<String, String> params = new TreeMap<>();
        result.getParams()
                .getParamsKeys()
                .forEach(key -> params.put(key, result.getParams().getParam(key)));
        return params.isEmpty()
                ? shorter
                : shorter
                        + params.entrySet().stream()
                                .map(p -> " " + p.getKey() + "=" + p.getValue())
                                .collect(Collectors.joining());
    }

    private static String number(double value) {
        return value >= 100 ? String.format("%,.0f", value) : String.format("%.3g", value);
    }
}
