package io.muster.agent;

/** A guarded action was refused and not started: the ownership is no longer valid. */
public final class NotOwnerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param why a clause: "the lease is over" */
    public NotOwnerException(Ownership ownership, String why) {
        super("Not the owner of " + ownership.partition() + " at epoch " + ownership.epoch() + ": " + why);
    }
}
