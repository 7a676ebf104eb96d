package io.muster.metadata.log;

import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;

/**
 * Replays the entries of a log through a {@link Replica} of its own, so that exactly those batches are told that counted when
 * they were committed. Holds one image, however long the log is. Not thread-safe.
 */
public final class HistoryReplay implements LogListener {
    private final HistoryReader reader;
    private final long endOffset;
    private Replica replica = new Replica(MetadataImage.EMPTY, this);
    private boolean begun;
    private boolean ended;

    /** @param endOffset batches at or above it are not told: they may not be committed */
    public HistoryReplay(HistoryReader reader, long endOffset) {
        this.reader = reader;
        this.endOffset = endOffset;
    }

    /** Starts from a snapshot, because what was before is no longer kept. */
    public void from(MetadataImage image) {
        replica = new Replica(image, this);
        begin(image);
    }

    /**
     * The next entry.
     *
     * @param term the term of the log entry that holds it
     * @return false when all is told, or nobody wants to hear more
     */
    public boolean next(long term, LogEntry entry) {
        begin(replica.image());
        if (!ended) {
            replica.apply(term, entry);
        }
        return !ended;
    }

    /** No entry is left. */
    public void finish() {
        begin(replica.image());
    }

    private void begin(MetadataImage image) {
        if (!begun) {
            begun = true;
            reader.begins(image);
            ended = image.nextOffset() >= endOffset;
        }
    }

    @Override
    public void onApplied(Applied applied, long term) {
        if (!ended && applied.offset() < endOffset) {
            ended = !reader.next(applied) || applied.offset() == endOffset - 1;
        }
    }

    @Override
    public void onBarrier(long term, long barrierId) {}

    @Override
    public void onImageReplaced(MetadataImage image) {}

    @Override
    public void onLeading(long epoch, MetadataImage image) {}

    @Override
    public void onNotLeading(String why) {}

    @Override
    public void onLeaderKnown(Leadership leadership) {}

    @Override
    public void onFailure(String reason, Throwable cause) {}
}
