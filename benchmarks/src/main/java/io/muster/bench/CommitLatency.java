package io.muster.bench;

import io.muster.metadata.log.ratis.QuorumSettings;
import io.muster.metadata.log.ratis.RatisProperties;
import io.muster.metadata.log.ratis.Voter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What Muster adds to a commit: Ratis alone, the metadata log on it, and the controller on that, with the same Ratis settings in
 * the same run. Each is a quorum of three in this JVM on loopback with real fsync; rounds alternate between them, medians count.
 */
public final class CommitLatency {
    private static final int CALLERS = 64;

    /**
     * How long to measure.
     *
     * @param rounds measured rounds
     * @param sequential commits of the single caller in each round
     * @param concurrentMs how long the 64 callers run in each round
     */
    record Effort(int rounds, int sequential, long concurrentMs) {
        static final Effort FULL = new Effort(3, 1_000, 3_000);
        static final Effort SMOKE = new Effort(1, 20, 100);
    }

    /** One caller's and 64 callers' latencies. */
    record Result(Latencies sequential, Latencies concurrent) {}

    private CommitLatency() {}

    public static void main(String[] args) {
        Quiet.logs();
        Effort effort = args.length > 0 && args[0].equals("--smoke") ? Effort.SMOKE : Effort.FULL;
        print(measure(effort));
        System.exit(0);
    }

    static Map<String, Result> measure(Effort effort) {
        Map<String, Function<Path, Committer>> kinds = new LinkedHashMap<>();
        kinds.put("raw Ratis", CommitLatency::raw);
        kinds.put("metadata log", LogCommitter::new);
        kinds.put("controller", directory -> new ControllerCommitter(directory).withSmallCluster());
        Map<String, List<Result>> runs = new LinkedHashMap<>();
        kinds.forEach((name, open) -> round(open, new Effort(1, effort.sequential() / 2, effort.concurrentMs() / 2)));
        for (int i = 0; i < effort.rounds(); i++) {
            kinds.forEach((name, open) ->
                    runs.computeIfAbsent(name, n -> new ArrayList<>()).add(round(open, effort)));
        }
        Map<String, Result> medians = new LinkedHashMap<>();
        runs.forEach((name, results) -> medians.put(
                name,
                new Result(
                        Latencies.median(
                                results.stream().map(Result::sequential).toList()),
                        Latencies.median(
                                results.stream().map(Result::concurrent).toList()))));
        return medians;
    }

    private static Result round(Function<Path, Committer> open, Effort effort) {
        try (TemporaryDirectory directory = TemporaryDirectory.create("muster-bench-quorum");
                Committer committer = open.apply(directory.path())) {
            Latencies.sequential(committer, effort.sequential() / 5);
            Latencies sequential = Latencies.sequential(committer, effort.sequential());
            Latencies concurrent = Latencies.concurrent(committer, CALLERS, effort.concurrentMs());
            return new Result(sequential, concurrent);
        }
    }

    private static Committer raw(Path directory) {
        return new RawRatis(directory, LogCommitter.entryBytes(), (port, storage) -> {
            QuorumSettings settings = QuorumSettings.of(List.of(new Voter(1, "127.0.0.1", port)), "127.0.0.1", port);
            return RatisProperties.of(settings, storage);
        });
    }

    /** The first row is the floor that the others are compared with. */
    private static void print(Map<String, Result> results) {
        double floor = results.values().iterator().next().sequential().p50Ms();
        System.out.println("| quorum of three | one caller, p50 | p99 | to raw p50 | 64 callers | p50 |");
        System.out.println("|---|---|---|---|---|---|");
        results.forEach((name, r) -> System.out.printf(
                "| %s | %.2f ms | %.2f ms | %.2f | %,.0f/s | %.2f ms |%n",
                name,
                r.sequential().p50Ms(),
                r.sequential().p99Ms(),
                r.sequential().p50Ms() / floor,
                r.concurrent().perSecond(),
                r.concurrent().p50Ms()));
    }
}
