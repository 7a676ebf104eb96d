package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
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
