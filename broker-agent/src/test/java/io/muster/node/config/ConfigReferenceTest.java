package io.muster.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReferenceTest {
    private static Path repository() {
        Path dir = Path.of("").toAbsolutePath();
        while (!Files.exists(dir.resolve("metadata-log"))) {
            dir = java.util.Objects.requireNonNull(
                    dir.getParent(), "no repository above " + Path.of("").toAbsolutePath());
        }
        return dir;
    }

    @Test
    void thePageIsWhatTheDefinitionsSay() throws IOException {
        Path page = repository().resolve("docs/configuration.md");
        if (Boolean.getBoolean("rewrite")) {
            Files.writeString(page, ConfigReference.markdown());
        }
        assertThat(Files.readString(page))
                .as("docs/configuration.md is stale; write it anew by running this test with -Drewrite=true")
                .isEqualTo(ConfigReference.markdown());
    }

    @ParameterizedTest
    @ValueSource(strings = {"node.properties", "controller.properties", "broker.properties"})
    void theExamplesAreRight(String name) {
        Path example = repository().resolve("cli/src/dist/conf").resolve(name);
        NodeConfig config = NodeConfigReader.read(example, Map.of(), Map.of(), Map.of());
        assertThat(config.httpListener()).isPresent();
    }

    @Test
    void everyDefaultIsAllowed() {
        for (ConfigKey<?> key : ConfigKeys.all()) {
            key.defaultValue()
                    .ifPresent(text -> assertThat(key.type().reader().apply(text))
                            .as(key.name())
                            .isNotNull());
            assertThat(key.meaning()).as(key.name()).endsWith(".");
        }
    }
}
