package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CliReferenceTest {
    private static Path page() {
        Path dir = Path.of("").toAbsolutePath();
        while (!Files.exists(dir.resolve("metadata-log"))) {
            dir = Objects.requireNonNull(
                    dir.getParent(), "no repository above " + Path.of("").toAbsolutePath());
        }
        return dir.resolve("docs/cli.md");
    }

    @Test
    void thePageIsWhatTheCommandsSay() throws IOException {
        String now = CliReference.markdown();
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(page(), now);
        }
        assertThat(Files.readString(page()))
                .as("docs/cli.md is stale; write it anew by running this test with -Drewrite=true")
                .isEqualTo(now);
    }
}
