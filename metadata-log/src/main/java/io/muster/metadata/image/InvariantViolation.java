package io.muster.metadata.image;

/**
 * A batch would break an invariant of the image. On a voter this ends the process: the log and the code disagree, and
 * going on would spread the damage. Before the append it means that a decision has a bug: the batch is not appended.
 */
public final class InvariantViolation extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InvariantViolation(String message) {
        super(message);
    }

    static void check(boolean holds, String format, Object... args) {
        if (!holds) {
            throw new InvariantViolation(String.format(format, args));
        }
    }
}
