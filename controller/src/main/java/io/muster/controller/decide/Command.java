package io.muster.controller.decide;

import io.muster.metadata.image.MetadataImage;

/**
 * Something the controller may be asked to decide. A pure function: same image, same time, same decision.
 *
 * @param <R> what the asker gets when the decision is committed
 */
public interface Command<R> {
    /** A short stable name for metrics and logs, such as {@code fence-broker}. */
    String name();

    /**
     * Decides against {@code image}.
     *
     * @param wallMs wall time in milliseconds since 1970; becomes the batch's timestamp
     * @throws io.muster.error.MusterException if the request is refused; nothing changes (invariant 11)
     */
    Decision<R> decide(MetadataImage image, long wallMs);
}
