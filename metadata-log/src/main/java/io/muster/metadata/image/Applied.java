package io.muster.metadata.image;

import io.muster.log.v1.Batch;

/**
 * A batch that was applied.
 *
 * @param batch the batch
 * @param before the image it was applied to
 * @param after the image it yields
 * @param delta what it changed
 */
public record Applied(Batch batch, MetadataImage before, MetadataImage after, ImageDelta delta) {
    public long offset() {
        return batch.getBaseOffset();
    }
}
