package io.muster.agent;

/** A guarded action was refused: the ownership is no longer valid. */
public final class NotOwnerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotOwnerException(Ownership ownership, String why) {
        super("Not the owner of " + ownership.partition() + " at epoch " + ownership.epoch() + ": " + why);
    }
}
