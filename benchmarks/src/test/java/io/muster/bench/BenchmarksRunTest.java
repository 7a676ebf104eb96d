package io.muster.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each JMH benchmark runs once, in this JVM, with its smallest parameters: no figure, only proof that it works. */
class BenchmarksRunTest {
    /** Fifteen methods; a benchmark of a million partitions sets up in a second or two. */
    private static final int FEWEST = 15;

    @Test
    void everyBenchmarkRunsOnce() throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("io\\.muster\\.bench\\..*")
                        .param("partitions", "50000")
                        .param("led", "10000")
                        .param("library", "PAGURO")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .mode(Mode.SingleShotTime)
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        assertThat(results).hasSizeGreaterThanOrEqualTo(FEWEST);
    }
}
