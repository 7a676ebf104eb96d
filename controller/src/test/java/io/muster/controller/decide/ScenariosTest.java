package io.muster.controller.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Golden transcripts: whole stories, each record of each decision, to be read by people. When a decision changes on purpose, run
 * this test with {@code -Drewrite=true} in the module's directory and read the difference.
 */
class ScenariosTest {
    private static final Path SOURCE = Path.of("src/test/resources/scenarios");

    @ParameterizedTest
    @ValueSource(strings = {"create", "crash-and-rejoin", "graceful-stop", "operator-fence", "new-broker", "flapping"})
    void theStoryIsTheSame(String name) throws IOException {
        String expected;
        try (var in = ScenariosTest.class.getResourceAsStream("/scenarios/" + name + ".txt")) {
            expected = new String(
                    java.util.Objects.requireNonNull(in, name).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        String actual = Script.play(expected);
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(SOURCE.resolve(name + ".txt"), actual);
        } else {
            assertThat(actual).isEqualTo(expected);
        }
    }
}
