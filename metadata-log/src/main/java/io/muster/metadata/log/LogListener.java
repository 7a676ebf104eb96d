package io.muster.metadata.log;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;

/**
 * Hears what happens to a {@link MetadataLog}. {@link #onApplied}, {@link #onBarrier}, {@link #onIgnored}, {@link #onImageReplaced}
 * and {@link #onLeading} come in log order, one at a time; the others may come from any thread. No method may block.
 */
public interface LogListener {
    /** A committed batch was applied. {@code term} is the term of the log entry that held it. */
    void onApplied(Applied applied, long term);

    /** A committed barrier was applied. */
    void onBarrier(long term, long barrierId);

    /** A committed entry was a no-op: a deposed controller's, or one behind a lost one. */
    default void onIgnored(long term, String why) {}

    /** The image was replaced by a snapshot from the leader: batches in between are not delivered. */
    void onImageReplaced(MetadataImage image);

    /** This voter leads in {@code epoch}, and {@code image} holds every entry of earlier epochs. */
    void onLeading(long epoch, MetadataImage image);

    /** This voter no longer leads. May repeat; may come without an {@link #onLeading} before it. */
    void onNotLeading(String why);

    /** Another leader, or none, is known. */
    void onLeaderKnown(Leadership leadership);

    /** The log can go on no longer: the process must end with this reason and a non-zero exit. */
    void onFailure(String reason, Throwable cause);
}
