package io.muster.testkit;

import io.muster.testkit.sim.SimulationFailed;

/** A run in which a check failed, or Muster itself did. Its message holds the seed and what led to it. */
public final class RehearsalFailed extends AssertionError {
    private static final long serialVersionUID = 1;

    private final long seed;

    RehearsalFailed(SimulationFailed failed) {
        super(
                "seed " + failed.seed() + ": " + failed.what() + "\n  to see it again, step by step: .seeds("
                        + failed.seed() + ", " + failed.seed() + ").trace(System.out::println)\n  what led to it:\n    "
                        + String.join("\n    ", failed.lastSteps()),
                failed.getCause());
        this.seed = failed.seed();
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }
}
