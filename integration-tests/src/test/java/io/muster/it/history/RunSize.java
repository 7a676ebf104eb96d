package io.muster.it.history;

import java.util.List;

/**
 * How much was done in a run. A small run proves nothing, so it is no pass.
 *
 * @param operations that reached a controller
 * @param faults that were made and healed
 */
public record RunSize(int operations, int faults) {
    /** Fewer operations make a run invalid. */
    public static final int OPERATIONS_MIN = 10_000;
    /** Fewer faults make a run invalid. */
    public static final int FAULTS_MIN = 30;

    public boolean isEnough() {
        return operations >= OPERATIONS_MIN && faults >= FAULTS_MIN;
    }

    /** Empty if it is enough. */
    public List<Violation> check() {
        return isEnough()
                ? List.of()
                : List.of(new Violation(
                        Rule.LARGE_ENOUGH,
                        operations + " operations and " + faults + " faults; at least " + OPERATIONS_MIN + " and "
                                + FAULTS_MIN + " are needed"));
    }
}
