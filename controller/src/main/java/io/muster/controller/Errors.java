package io.muster.controller;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

/** Reads what a failed stage failed with. */
public final class Errors {
    private Errors() {}

    /** The Muster error in {@code error}; INTERNAL for anything that is none. */
    public static MusterException of(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof MusterException known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            return new MusterException(
                    ErrorCode.TIMED_OUT,
                    "The controller did not answer in time; it may still be done. Look at the cluster before you repeat it.",
                    cause);
        }
        return new MusterException(ErrorCode.INTERNAL, "Muster failed with a defect of its own: " + cause, cause);
    }

    public static ErrorCode code(Throwable error) {
        return of(error).code();
    }
}
