package io.muster.it;

import io.muster.it.lab.Places;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node: its config file, its log, and the process that runs it. Not thread-safe. */
final class NodeProcess {
    private final int id;
    private final Path config;
    private final Path dir;
    private final Path log;
    private final Places places;
    private final int rpcPort;
    private final int httpPort;
    private final List<String> nodeArgs;
    private Map<String, String> environment = Map.of();
    private volatile @Nullable Process process;

    NodeProcess(int id, Path dir, Path config, Places places, int rpcPort, int httpPort, List<String> nodeArgs) {
        this.id = id;
        this.dir = dir;
        this.config = config;
        this.log = dir.resolveSibling("node-" + id + ".log");
        this.places = places;
        this.rpcPort = rpcPort;
        this.httpPort = httpPort;
        this.nodeArgs = List.copyOf(nodeArgs);
    }

    int id() {
        return id;
    }

    Path config() {
        return config;
    }

    /** The storage directory. */
    Path dir() {
        return dir;
    }

    int rpcPort() {
        return rpcPort;
    }

    int httpPort() {
        return httpPort;
    }

    /** IP address of its listeners. */
    String host() {
        return places.address(id);
    }

    String endpoint() {
        return host() + ":" + rpcPort;
    }

    /** Environment variables of every start from now on. */
    void setEnvironment(Map<String, String> variables) {
        environment = Map.copyOf(variables);
    }

    void start(String... extra) {
        startWith(Map.of(), extra);
    }

    /** Starts the node with further environment variables. */
    void startWith(Map<String, String> env, String... extra) {
        List<String> command = new ArrayList<>(places.launcher(id));
        command.add(Distribution.muster().toString());
        command.addAll(List.of("node", "-c", config.toString()));
        command.addAll(nodeArgs);
        command.addAll(List.of(extra));
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("MUSTER_HEAP_OPTS", "-Xms64m -Xmx512m");
            builder.environment().putAll(environment);
            builder.environment().putAll(env);
            builder.redirectErrorStream(true);
            builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        Process p = process;
        return p != null && p.isAlive();
    }

    /** kill -9, and waits until the process is gone. */
    void kill() {
        Process p = running();
        p.destroyForcibly();
        await(p, 10);
    }

    /** SIGTERM, and waits for the end; returns the exit code. */
    int stop() {
        Process p = running();
        p.destroy();
        await(p, 30);
        return p.exitValue();
    }

    /** Waits for the process to end by itself; returns the exit code. */
    int awaitExit(int seconds) {
        Process p = running();
        await(p, seconds);
        return p.exitValue();
    }

    void pause() {
        signal("-STOP");
    }

    void resume() {
        signal("-CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder(
                            "kill", signal, Long.toString(running().pid()))
                    .inheritIO()
                    .start();
            await(kill, 5);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void destroy() {
        Process p = process;
        if (p != null && p.isAlive()) {
            p.destroyForcibly();
            await(p, 10);
        }
    }

    private Process running() {
        Process p = process;
        if (p == null) {
            throw new IllegalStateException("node " + id + " was never started");
        }
        return p;
    }

    private void await(Process p, int seconds) {
        try {
            if (!p.waitFor(seconds, TimeUnit.SECONDS)) {
                throw new AssertionError("process of node " + id + " did not end within " + seconds + " s\n" + tail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Everything the node printed. */
    String output() {
        try {
            return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last lines the node printed, for messages. */
    String tail() {
        List<String> lines = output().lines().toList();
        return "--- last lines of node " + id + "\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }
}
