package io.muster.cli;

import io.muster.error.ErrorCode;

/** What the exit code of {@code muster} says. */
public final class ExitCodes {
    public static final int OK = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    public static final int CANNOT_CONNECT = 3;
    /** The cluster is reachable but unhealthy, or did not converge. */
    public static final int UNHEALTHY = 4;

    public static final int TIMED_OUT = 5;
    public static final int INTERRUPTED = 130;

    private ExitCodes() {}

    /** The exit code that goes with an error. */
    public static int of(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> USAGE;
            case UNAVAILABLE -> CANNOT_CONNECT;
            case NOT_CONTROLLER -> UNHEALTHY;
            case TIMED_OUT -> TIMED_OUT;
            case NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OVERLOADED,
                    UNKNOWN_OUTCOME,
                    STALE_EPOCH,
                    CORRUPT,
                    INTERNAL -> FAILED;
        };
    }
}
