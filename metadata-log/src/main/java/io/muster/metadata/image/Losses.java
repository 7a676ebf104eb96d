package io.muster.metadata.image;

/**
 * How often a broker was lost lately: died or fell silent while it owned work, without having asked to stop.
 *
 * @param count losses, each within the flap window of the one before
 * @param lastMs the last one, milliseconds since 1970
 * @param waitUntilMs the broker is not unfenced before, milliseconds since 1970; 0 when it need not wait
 */
public record Losses(int count, long lastMs, long waitUntilMs) {
    /** Never lost, or long ago. */
    public static final Losses NONE = new Losses(0, 0, 0);

    static Losses of(io.muster.log.v1.Losses record) {
        return record.getCount() == 0
                ? NONE
                : new Losses(record.getCount(), record.getLastMs(), record.getWaitUntilMs());
    }

    public io.muster.log.v1.Losses toRecord() {
        return io.muster.log.v1.Losses.newBuilder()
                .setCount(count)
                .setLastMs(lastMs)
                .setWaitUntilMs(waitUntilMs)
                .build();
    }

    /** Whether the broker has to wait at that wall time. A clock that was set back behind the loss makes nobody wait. */
    public boolean isWaiting(long wallMs) {
        return wallMs >= lastMs && wallMs < waitUntilMs;
    }
}
