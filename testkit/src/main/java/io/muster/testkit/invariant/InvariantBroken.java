package io.muster.testkit.invariant;

/** An invariant of the design does not hold. */
public final class InvariantBroken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int number;

    public InvariantBroken(int number, String what) {
        super("invariant " + number + ": " + what);
        this.number = number;
    }

    /** Its number in the design. */
    public int number() {
        return number;
    }
}
