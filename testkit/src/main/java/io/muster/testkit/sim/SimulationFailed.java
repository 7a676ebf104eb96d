package io.muster.testkit.sim;

import java.util.List;

/** A run has shown that something does not hold. The message holds the command that shows it again. */
public final class SimulationFailed extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int LINES = 80;

    private final long seed;

    SimulationFailed(String plan, long seed, long minutes, List<String> trace, Throwable cause) {
        super(
                cause.getMessage() + "\n  " + plan + "\n  replay: muster simulate --seed " + seed
                        + " --runs 1 --minutes " + minutes
                        + "\n  what led to it:\n    "
                        + String.join("\n    ", trace.subList(Math.max(0, trace.size() - LINES), trace.size())),
                cause);
        this.seed = seed;
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }
}
