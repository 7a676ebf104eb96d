package io.muster.testkit.sim;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Prints the hash of one run: whatever differs from process to process must not show in it. */
final class HashOfSeed {
    private static final int LIMIT_SECONDS = 300;

    private HashOfSeed() {}

    /** Arguments: the seed and the simulated minutes. */
    public static void main(String[] args) {
        System.out.println(hash(Long.parseLong(args[0]), Long.parseLong(args[1])));
    }

    static long hash(long seed, long minutes) {
        return new Simulation(seed, PlantedBugs.NONE).run(minutes).hash();
    }

    /** The same in a new process. */
    static long hashElsewhere(long seed, long minutes) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home", ""), "bin", "java")
                                .toString(),
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        HashOfSeed.class.getName(),
                        Long.toString(seed),
                        Long.toString(minutes)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            CompletableFuture<List<String>> output = CompletableFuture.supplyAsync(
                    () -> process.inputReader().lines().toList());
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the other process did not end within " + LIMIT_SECONDS + " s");
            }
            List<String> printed = output.join();
            if (process.exitValue() != 0) {
                throw new AssertionError("the other process ended with " + process.exitValue() + ": " + printed);
            }
            return Long.parseLong(printed.get(printed.size() - 1));
        } finally {
            process.destroyForcibly();
        }
    }
}
