package io.muster.agent.rpc;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.List;

/** Follows the feed. Called on the feed's own thread; as long as a method does not return, the voter is not asked for more. */
public interface FeedListener {
    /** A whole image was loaded; it may be older than the one before when another voter is followed. */
    void replaced(MetadataImage image);

    /** Batches were applied, in order. */
    void applied(List<Applied> batches);
}
