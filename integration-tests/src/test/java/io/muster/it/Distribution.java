package io.muster.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The distribution under test, and its command line as a user types it. Stateless. */
final class Distribution {
    private static final Path HOME = locate();
    private static final int END_SECONDS = 20;

    private Distribution() {}

    private static Path locate() {
        String given = System.getProperty("muster.dist");
        if (given == null) {
            throw new IllegalStateException("system property muster.dist must name the unpacked distribution");
        }
        Path home = Path.of(given).toAbsolutePath().normalize();
        if (!Files.isExecutable(home.resolve("bin/muster"))) {
            throw new IllegalStateException(
                    "no distribution at " + home + ": build the cli module first (mvn package)");
        }
        return home;
    }

    static Path muster() {
        return HOME.resolve("bin/muster");
    }

    static Path home() {
        return HOME;
    }

    /** What a command printed and how it ended. */
    record Result(int exitCode, String out, String err) {
        /** Both streams, for messages. */
        String all() {
            return "exit " + exitCode + "\n--- out\n" + out + "--- err\n" + err;
        }
    }

    static Result run(String... args) {
        return run(Duration.ofSeconds(60), Map.of(), args);
    }

    /** Runs `muster ARGS` to its end. */
    static Result run(Duration limit, Map<String, String> env, String... args) {
        List<String> command = new ArrayList<>();
        command.add(muster().toString());
        command.addAll(List.of(args));
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().putAll(env);
            Process process = builder.start();
            process.getOutputStream().close();
            CompletableFuture<String> out = read(process.getInputStream());
            CompletableFuture<String> err = read(process.getErrorStream());
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                endWithAllItStarted(process);
                throw new AssertionError("muster " + String.join(" ", args) + " did not end within " + limit + "\n"
                        + out.join() + err.join());
            }
            return new Result(process.exitValue(), out.join(), err.join());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Politely at first: a demo takes down its nodes and its network when it is asked to end, and not when it is killed. */
    private static void endWithAllItStarted(Process process) throws InterruptedException {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroy();
        process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
