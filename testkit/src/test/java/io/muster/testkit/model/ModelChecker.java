package io.muster.testkit.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tlc2.TLC;

/** Runs TLC on the model, in a process of its own: it keeps static state and ends its JVM. */
final class ModelChecker {
    private static final String MODULE = "Ownership";
    private static final Pattern VIOLATED = Pattern.compile("(?:Invariant|Action property) (\\w+) is violated");
    private static final Pattern DISTINCT = Pattern.compile("([\\d,]+) distinct states found, 0 states left on queue");
    private static final long LIMIT_SECONDS = 240;

    private final Path model;
    private final Path target;

    /**
     * What TLC found.
     *
     * @param violated the violated property; empty if there is none
     * @param distinctStates visited when every state was visited; 0 if the run ended before
     * @param output all that it said
     */
    record Result(String violated, long distinctStates, boolean noError, double seconds, String output) {}

    ModelChecker() {
        Path start = Path.of(System.getProperty("basedir", System.getProperty("user.dir", ".")))
                .toAbsolutePath();
        Path root = start;
        while (root != null && !Files.exists(root.resolve("docs/model/" + MODULE + ".tla"))) {
            root = root.getParent();
        }
        if (root == null) {
            throw new IllegalStateException("There is no docs/model/" + MODULE + ".tla above " + start + ".");
        }
        this.model = root.resolve("docs/model");
        this.target = start.resolve("target/model");
    }

    /**
     * Checks the model as {@code config} says, with other values for some of its constants.
     *
     * @param config a file in docs/model
     * @param constants names and values
     * @param properties the statement of what is checked; empty for what the file says
     */
    Result check(String name, String config, Map<String, String> constants, String properties)
            throws IOException, InterruptedException {
        Path dir = Files.createDirectories(target.resolve(name));
        Files.writeString(dir.resolve(MODULE + ".tla"), Files.readString(model.resolve(MODULE + ".tla")));
        Files.writeString(
                dir.resolve(MODULE + ".cfg"), changed(Files.readString(model.resolve(config)), constants, properties));
        Path output = dir.resolve("tlc.txt");
        long startedNs = System.nanoTime();
        Process process = new ProcessBuilder(command(dir))
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(
                        name + ": TLC took more than " + LIMIT_SECONDS + " s; see " + output + ".");
            }
        } finally {
            process.destroyForcibly();
        }
        double seconds = (System.nanoTime() - startedNs) / 1e9;
        String said = Files.readString(output);
        Matcher violated = VIOLATED.matcher(said);
        Matcher distinct = DISTINCT.matcher(said);
        return new Result(
                violated.find() ? violated.group(1) : "",
                distinct.find() ? Long.parseLong(distinct.group(1).replace(",", "")) : 0,
                said.contains("No error has been found"),
                seconds,
                said);
    }

    private static String changed(String config, Map<String, String> constants, String properties) {
        List<String> lines = new ArrayList<>();
        for (String line : config.lines().toList()) {
            String[] words = line.trim().split(" ", 3);
            boolean assigns = words.length == 3 && words[1].equals("=");
            boolean checks = words[0].startsWith("INVARIANT") || words[0].startsWith("PROPERT");
            if (assigns && constants.containsKey(words[0])) {
                lines.add("  " + words[0] + " = " + constants.get(words[0]));
            } else if (!checks || properties.isEmpty()) {
                lines.add(line);
            }
        }
        lines.add(properties);
        return String.join("\n", lines) + "\n";
    }

    private static List<String> command(Path dir) {
        String jar = Path.of(TLC.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
        return List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-XX:+UseParallelGC",
                "-Xmx1g",
                "-cp",
                jar,
                TLC.class.getName(),
                "-workers",
                "2",
                "-deadlock",
                "-metadir",
                dir.resolve("states").toString(),
                MODULE);
    }
}
