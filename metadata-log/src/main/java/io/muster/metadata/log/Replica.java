package io.muster.metadata.log;

import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.MetadataImage;

/**
 * The state machine that every {@link MetadataLog} runs: decides which committed entries count (invariant 1), applies them to
 * the image, and tells the listener. Written by one thread at a time; {@link #image} may be read from any.
 */
public final class Replica {
    private volatile MetadataImage image;
    private final LogListener listener;

    public Replica(MetadataImage image, LogListener listener) {
        this.image = image;
        this.listener = listener;
    }

    public MetadataImage image() {
        return image;
    }

    /**
     * Applies a committed entry.
     *
     * @param term the term of the log entry that holds it
     * @throws io.muster.metadata.image.InvariantViolation if a batch that counts cannot be applied: fatal
     */
    public void apply(long term, LogEntry entry) {
        if (entry.getControllerEpoch() != term) {
            listener.onIgnored(
                    term, "it was decided in epoch " + entry.getControllerEpoch() + " and appended in term " + term);
            return;
        }
        if (entry.getBarrierId() != 0) {
            listener.onBarrier(term, entry.getBarrierId());
            return;
        }
        for (Batch batch : entry.getBatchesList()) {
            MetadataImage current = image;
            if (batch.getControllerEpoch() != term || batch.getBaseOffset() != current.nextOffset()) {
                listener.onIgnored(
                        term,
                        "a batch for offset " + batch.getBaseOffset() + " came when " + current.nextOffset()
                                + " was next");
                return;
            }
            var applied = current.apply(batch);
            image = applied.after();
            listener.onApplied(applied, term);
        }
    }

    /** Replaces the image by that of a snapshot. */
    public void replace(MetadataImage newImage) {
        image = newImage;
        listener.onImageReplaced(newImage);
    }
}
