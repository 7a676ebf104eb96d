package io.muster.testkit.sim;

import java.nio.file.Path;
import java.util.List;

/** Prints the hash of one run: whatever differs from process to process must not show in it. */
final class HashOfSeed {
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
        List<String> printed = process.inputReader().lines().toList();
        int exit = process.waitFor();
        if (exit != 0) {
            throw new AssertionError("the other process ended with " + exit + ": " + printed);
        }
        return Long.parseLong(printed.get(printed.size() - 1));
    }
}
