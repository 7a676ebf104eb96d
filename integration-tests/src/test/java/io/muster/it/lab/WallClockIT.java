package io.muster.it.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wall clock of a JVM that runs is set off, and its monotonic clock stays true: every safety argument rests on that. */
class WallClockIT {
    private static final String PROGRAM = """
            public class Clocks {
                public static void main(String[] args) throws Exception {
                    while (System.in.read() >= 0) {
                        System.out.println(System.currentTimeMillis() + " " + System.nanoTime());
                    }
                }
            }
            """;

    @TempDir
    Path dir;

    @Test
    void wallTimeStepsAndMonotonicTimeDoesNot() throws IOException {
        Skip.unless(WallClock.isPossible(), "steps of the wall clock need libfaketime (Debian package faketime)");
        WallClock clock = new WallClock(dir.resolve("offset"));
        Path source = Files.writeString(dir.resolve("Clocks.java"), PROGRAM);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder = new ProcessBuilder(java, source.toString());
        builder.environment().putAll(clock.environment());
        Process process = builder.start();
        try (BufferedReader answers =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                OutputStream asks = process.getOutputStream()) {
            assertThat(offset(asks, answers)).isLessThan(Duration.ofMinutes(1));
            clock.set(Duration.ofHours(1));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> offset(asks, answers).compareTo(Duration.ofMinutes(59)) > 0);
            clock.set(Duration.ofHours(-5));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> offset(asks, answers).compareTo(Duration.ofHours(-4)) < 0);
        } finally {
            process.destroyForcibly().onExit().join();
            WallClock.removeLeftovers();
        }
    }

    /** How far the other wall clock is from this one. All processes of a host share the monotonic clock; that is checked. */
    private static Duration offset(OutputStream asks, BufferedReader answers) throws IOException {
        long before = System.nanoTime();
        asks.write('\n');
        asks.flush();
        String[] clocks = answers.readLine().split(" ");
        assertThat(Long.parseLong(clocks[1])).isBetween(before, System.nanoTime());
        return Duration.ofMillis(Long.parseLong(clocks[0]) - System.currentTimeMillis());
    }
}
