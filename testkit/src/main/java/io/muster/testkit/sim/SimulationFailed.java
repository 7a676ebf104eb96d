package io.muster.testkit.sim;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A run has shown that something does not hold. The message holds the command that shows it again. */
public final class SimulationFailed extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int LINES = 80;

    private final long seed;

    private final Duration duration;
    private final ArrayList<String> lastSteps;

    SimulationFailed(String plan, long seed, Duration duration, List<String> trace, Throwable cause) {
        super(
                cause.getMessage() + "\n  " + plan + "\n  replay: " + replayCommand(seed, duration)
                        + "\n  what led to it:\n    "
                        + String.join("\n    ", last(trace)),
                cause);
        this.seed = seed;
        this.duration = duration;
        this.lastSteps = new ArrayList<>(last(trace));
    }

    private static List<String> last(List<String> trace) {
        return trace.subList(Math.max(0, trace.size() - LINES), trace.size());
    }

    /** What happened last, in words, oldest first. */
    public List<String> lastSteps() {
        return List.copyOf(lastSteps);
    }

    /** The first sentence: what does not hold. */
    public String what() {
        return String.valueOf(getCause() == null ? getMessage() : getCause().getMessage());
    }

    /** What shows it again, step by step. */
    public String replayCommand() {
        return replayCommand(seed, duration);
    }

    private static String replayCommand(long seed, Duration duration) {
        double hours = Math.ceil(duration.toSeconds() * 1e4 / 3600) / 1e4;
        return "bin/muster simulate --seed " + seed + " --seeds 1 --hours "
                + BigDecimal.valueOf(hours).stripTrailingZeros().toPlainString() + " --trace";
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }
}
