package io.muster.it.history;

/**
 * A change that a client asked for. Times are of one monotonic clock.
 *
 * @param requestId its idempotency key; a change that is asked for again has the same, and the first one's invocation
 * @param what for people
 * @param invokedNanos before the first attempt
 * @param returnedNanos after the last
 * @param outcome what the client knows
 * @param offset where it stands, as the client was told; -1 if it was told that nothing had to be changed, or was not told
 */
public record Change(
        String requestId, String what, long invokedNanos, long returnedNanos, Outcome outcome, long offset) {
    /** True if the client was told that it stands in the log. */
    public boolean isDone() {
        return outcome == Outcome.OK && offset >= 0;
    }

    /** True if the client was told that nothing was changed. */
    boolean isNothing() {
        return outcome == Outcome.REFUSED || (outcome == Outcome.OK && offset < 0);
    }
}
