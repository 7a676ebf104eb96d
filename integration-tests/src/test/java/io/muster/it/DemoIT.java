package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.it.lab.NetworkLab;
import io.muster.it.lab.Skip;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main job, as a newcomer runs it. Its figures are for docs/benchmarks.md; here only what must hold is asserted. */
class DemoIT {
    @TempDir
    Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"broker", "controller"})
    void aKilledNodesWorkIsServedAgainAndNothingOverlaps(String victim) {
        Distribution.Result result = Distribution.run(
                Duration.ofSeconds(150),
                Map.of(),
                "demo",
                "--kill",
                victim,
                "--partitions",
                "60",
                "--dir",
                dir.resolve("demo").toString(),
                "-o",
                "json");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(number(result.out(), "overlaps")).isZero();
        assertThat(number(result.out(), "lastServedMs")).isPositive();
        assertThat(number(result.out(), "rejoinedMs")).isPositive();
        assertThat(number(result.out(), "partitions")).isEqualTo(60);
        assertThat(result.out()).contains("\"killedWasController\": " + victim.equals("controller"));
    }

    @Test
    void aPausedNodeRefusesToActWhenItWakes() {
        Distribution.Result result = demo("--fault", "pause");
        assertThat(number(result.out(), "overlaps")).isZero();
        assertThat(number(result.out(), "refusedAfterWake")).isPositive();
    }

    @Test
    void aRollingRestartOfAllNodesLeavesNoPartitionUnservedForLong() {
        Distribution.Result result = demo("--fault", "restart");
        assertThat(number(result.out(), "overlaps")).isZero();
        assertThat(result.out()).containsSubsequence("\"node\": 1", "\"node\": 2", "\"node\": 3");
        // Crashes take longer; the figure proper, on a quiet machine, is in docs/benchmarks.md.
        assertThat(number(result.out(), "longestGapMs")).isLessThan(1000);
    }

    @Test
    void aNodeThatIsCutOffStopsByItself() {
        Distribution.Result result = Distribution.run(
                Duration.ofSeconds(150), Map.of(), "demo", "--fault", "partition", "--partitions", "60", "-o", "json");
        if (result.exitCode() == 1 && NetworkLab.impossible().isPresent()) {
            assertThat(result.err()).contains("needs root and iproute2");
            assertThat(result.err().lines()).hasSize(1);
            Skip.unless(false, result.err().strip());
        }
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(number(result.out(), "overlaps")).isZero();
        assertThat(number(result.out(), "refusedWhileCut")).isPositive();
        assertThat(number(result.out(), "lastActedMs")).isLessThan(number(result.out(), "firstLedMs"));
    }

    private Distribution.Result demo(String... options) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--partitions", "60", "-o", "json"));
        arguments.addAll(List.of("--dir", dir.resolve("demo").toString()));
        arguments.addAll(List.of(options));
        Distribution.Result result =
                Distribution.run(Duration.ofSeconds(150), Map.of(), arguments.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.all()).isZero();
        return result;
    }

    @Test
    void aUsedDirectoryIsToldInOneSentence() {
        ProcessCluster.write(dir.resolve("something"), "mine");
        Distribution.Result result = Distribution.run("demo", "--dir", dir.toString());
        assertThat(result.exitCode()).as(result.all()).isIn(1, 2);
        assertThat(result.err()).contains(dir.toString()).doesNotContain("Exception");
    }

    private static long number(String json, String key) {
        Matcher matcher = Pattern.compile("\"" + key + "\":\\s*\"?(-?\\d+)").matcher(json);
        assertThat(matcher.find()).as(key + " in " + json).isTrue();
        return Long.parseLong(matcher.group(1));
    }
}
