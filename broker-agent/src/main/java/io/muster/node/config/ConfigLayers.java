package io.muster.node.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The places that a value may come from, one over the other: file, environment, system properties, the program. */
final class ConfigLayers {
    private static final int FILE = 100;
    private static final int ENVIRONMENT = 300;
    private static final int SYSTEM_PROPERTIES = 400;
    private static final int PROGRAM = 500;

    private final String fileName;
    private final Map<String, PropertiesFile.Line> lines;
    private final SmallRyeConfig config;

    /**
     * A value as it was written.
     *
     * @param text the value; never blank
     * @param source where it was set
     */
    record Written(String text, String source) {}

    ConfigLayers(
            String fileName,
            Map<String, PropertiesFile.Line> lines,
            Map<String, String> environment,
            Map<String, String> systemProperties,
            Map<String, String> overrides) {
        this.fileName = fileName;
        this.lines = lines;
        Map<String, String> fromFile = lines.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().value()));
        this.config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(
                        new PropertiesConfigSource(fromFile, "file", FILE),
                        new EnvConfigSource(environment, ENVIRONMENT),
                        new PropertiesConfigSource(systemProperties, "system properties", SYSTEM_PROPERTIES),
                        new PropertiesConfigSource(overrides, "program", PROGRAM))
                .build();
    }

    /**
     * The strongest value of {@code key}; an empty one counts as not set.
     *
     * @throws IllegalArgumentException if it refers to a variable that is not set
     */
    Optional<Written> find(ConfigKey<?> key) {
        ConfigValue value = config.getConfigValue(key.name());
        String source = sourceOf(key, value);
        if (value.hasProblems()) {
            throw new IllegalArgumentException(source + ": " + key.name() + " = " + value.getRawValue()
                    + " refers to a variable that is not set; set it, or write the value itself");
        }
        return Optional.ofNullable(value.getValue())
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .map(text -> new Written(text, source));
    }

    private String sourceOf(ConfigKey<?> key, ConfigValue value) {
        return switch (value.getConfigSourceOrdinal()) {
            case FILE -> {
                PropertiesFile.Line line = lines.get(key.name());
                yield line == null ? fileName : fileName + ":" + line.line();
            }
            case ENVIRONMENT -> "environment " + key.environmentName();
            case SYSTEM_PROPERTIES -> "-D" + key.name();
            default -> "given by the program";
        };
    }
}
