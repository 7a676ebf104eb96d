package io.muster.bench;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import java.util.concurrent.CompletableFuture;

/**
 * Completes {@link #leading} when its voter leads.
 *
 * @param log the voter's log
 * @param leading completes with the epoch of the leadership and the log that leads
 */
record LeadingVoter(MetadataLog log, CompletableFuture<Elected> leading) implements LogListener {
    /** A log that leads, and its epoch. */
    record Elected(MetadataLog log, long epoch) {}

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        leading.complete(new Elected(log, epoch));
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        leading.completeExceptionally(new IllegalStateException(reason, cause));
    }

    @Override
    public void onApplied(Applied applied, long term) {}

    @Override
    public void onBarrier(long term, long barrierId) {}

    @Override
    public void onImageReplaced(MetadataImage image) {}

    @Override
    public void onNotLeading(String why) {}

    @Override
    public void onLeaderKnown(Leadership leadership) {}
}
