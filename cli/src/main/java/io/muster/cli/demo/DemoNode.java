package io.muster.cli.demo;

import io.muster.cli.cluster.HostPort;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One node of the demo: its files and its process. Used by one thread at a time; {@link #killForGood} by any. */
final class DemoNode {
    private static final long KILL_NANOS = 10_000_000_000L;

    private final int id;
    private final HostPort listener;
    private final Path config;
    private final Path log;
    private final List<String> command;
    private volatile @Nullable Process process;
    /** Guarded by this. */
    private boolean ended;

    DemoNode(int id, HostPort listener, Path config, Path log, List<String> command) {
        this.id = id;
        this.listener = listener;
        this.config = config;
        this.log = log;
        this.command = List.copyOf(command);
    }

    int id() {
        return id;
    }

    /** Its gRPC listener. */
    HostPort listener() {
        return listener;
    }

    Path config() {
        return config;
    }

    Path log() {
        return log;
    }

    /** @throws MusterException also if it was killed for good */
    synchronized void start() {
        if (ended) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION, "Node " + id + " was not started: the demo is ending.");
        }
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Node " + id + " could not be started (" + e.getMessage() + "): is the JDK at " + command.get(0)
                            + " whole?",
                    e);
        }
    }

    /** @throws MusterException that quotes the end of its log if it is no longer running */
    void checkAlive() {
        Process p = process;
        if (p != null && !p.isAlive()) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Node " + id + " ended with exit code " + p.exitValue() + ": " + lastWords());
        }
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.stream()
                    .filter(line -> line.startsWith("muster: "))
                    .reduce((a, b) -> b)
                    .map(line -> line.substring("muster: ".length()))
                    .orElse(lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1));
        } catch (IOException e) {
            return "its log cannot be read";
        }
    }

    /** kill -9; returns when the process is gone. */
    void kill() {
        killNow();
        await(KILL_NANOS);
    }

    /** kill -9, without waiting. */
    void killNow() {
        Process p = process;
        if (p != null) {
            p.destroyForcibly();
        }
    }

    /** Like {@link #killNow}, and from now on nothing starts it again: nobody would be left to stop it. */
    synchronized void killForGood() {
        ended = true;
        killNow();
    }

    /** SIGTERM, without waiting. */
    void askToStop() {
        Process p = process;
        if (p != null) {
            p.destroy();
        }
    }

    /** Waits for the end after {@link #askToStop}; false if it did not come within {@code nanos}. */
    boolean awaitEnded(long nanos) {
        return await(nanos);
    }

    /** Waits for the end after {@link #askToStop}, and kills it if that is not before {@code deadlineNanos}. */
    void awaitStopped(long deadlineNanos) {
        if (!await(deadlineNanos - System.nanoTime())) {
            kill();
        }
    }

    private boolean await(long nanos) {
        Process p = process;
        try {
            return p == null || p.waitFor(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** SIGSTOP. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        Process p = process;
        if (p == null) {
            throw new IllegalStateException("node " + id + " was never started");
        }
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(p.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IOException("kill ended with " + code);
            }
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "SIG" + name + " could not be sent to node " + id + " (" + e.getMessage()
                            + "): --fault pause needs a Unix with the kill command.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
