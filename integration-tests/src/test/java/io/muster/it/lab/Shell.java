package io.muster.it.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short commands of the system. Stateless. */
final class Shell {
    private static final int LIMIT_SECONDS = 20;

    private Shell() {}

    /** How a command ended, and all that it printed. */
    record Result(int exitCode, String output) {
        boolean ok() {
            return exitCode == 0;
        }
    }

    static Result attempt(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Result(-1, output + "no end within " + LIMIT_SECONDS + " s");
            }
            return new Result(process.exitValue(), output.strip());
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Result attempt(String command) {
        return attempt(List.of(command.split(" ")));
    }

    /** Runs a command that must succeed; words are separated by single spaces. */
    static String run(String command) {
        Result result = attempt(command);
        if (!result.ok()) {
            throw new IllegalStateException(command + ": exit " + result.exitCode() + ": " + result.output());
        }
        return result.output();
    }
}
