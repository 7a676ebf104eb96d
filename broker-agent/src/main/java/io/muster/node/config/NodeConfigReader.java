package io.muster.node.config;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the quorum config file of a node. */
public final class NodeConfigReader {
    private static final List<String> NAMES =
            ConfigKeys.all().stream().map(ConfigKey::name).toList();

    private final Path file;
    private final ConfigProblems problems;
    private final ConfigDraft draft;

    private NodeConfigReader(Path file) {
        this.file = file;
        this.problems = new ConfigProblems(file);
        this.draft = new ConfigDraft(problems);
    }

    /**
     * Reads {@code file}, with the environment and system properties over it.
     *
     * @throws io.muster.error.MusterException INVALID_ARGUMENT that names every problem found, one line each
     */
    public static NodeConfig read(Path file) {
        return read(file, Map.of());
    }

    /**
     * Reads {@code file}, with the environment, system properties and {@code overrides} over it, the last strongest.
     *
     * @throws io.muster.error.MusterException INVALID_ARGUMENT that names every problem found, one line each
     */
    public static NodeConfig read(Path file, Map<String, String> overrides) {
        Map<String, String> systemProperties = System.getProperties().stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, name -> System.getProperty(name, "")));
        return read(file, System.getenv(), systemProperties, overrides);
    }

    static NodeConfig read(
            Path file,
            Map<String, String> environment,
            Map<String, String> systemProperties,
            Map<String, String> overrides) {
        return new NodeConfigReader(file).read(environment, systemProperties, overrides);
    }

    private NodeConfig read(
            Map<String, String> environment, Map<String, String> systemProperties, Map<String, String> overrides) {
        Map<String, PropertiesFile.Line> lines = PropertiesFile.read(file, problems);
        if (lines.isEmpty() && !problems.isEmpty()) {
            throw problems.exception(); // nothing could be read: that it lacks every key is no news
        }
        String fileName = String.valueOf(file.getFileName());
        lines.forEach((name, line) -> checkKnown(name, fileName + ":" + line.line()));
        overrides.keySet().forEach(name -> checkKnown(name, "given by the program"));
        ConfigLayers layers = new ConfigLayers(fileName, lines, environment, systemProperties, overrides);
        ConfigKeys.all().forEach(key -> readKey(key, layers));

        Set<Role> roles = draft.find(ConfigKeys.PROCESS_ROLES).orElse(EnumSet.noneOf(Role.class));
        if (!roles.isEmpty()) {
            new TopologyChecks(draft, roles).run();
        }
        new TimingChecks(draft, roles.contains(Role.CONTROLLER)).run();
        problems.throwIfAny();
        return new NodeConfig(file, draft.values(), draft.effective(roles));
    }

    private void checkKnown(String name, String where) {
        if (!NAMES.contains(name)) {
            String hint = Nearest.to(name, NAMES)
                    .map(nearest -> "; did you mean " + nearest + "?")
                    .orElse("; see docs/configuration.md for the keys there are");
            problems.add(where, "unknown key " + name + hint);
        }
    }

    private void readKey(ConfigKey<?> key, ConfigLayers layers) {
        try {
            var written = layers.find(key);
            if (written.isPresent()) {
                draft.put(key, written.get().text(), written.get().source());
            } else if (key.defaultValue().isPresent()) {
                draft.put(key, key.defaultValue().get(), "default");
            } else if (key.isRequired()) {
                draft.problem(key, "every node must set it (" + key.type().name() + ")");
            }
        } catch (IllegalArgumentException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }
}
