package io.muster.error;

/**
 * An error that Muster raises on purpose. Its message is one sentence (or two) for an operator: what happened, to what, and
 * what to do next. It is shown without a stack trace.
 */
public final class MusterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ErrorCode code;

    public MusterException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public MusterException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }
}
