package io.muster.metadata.log;

import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.MetadataImage;
import java.util.concurrent.CompletionStage;

/**
 * The replicated metadata log of one voter. Thread-safe.
 *
 * <p>A committed entry is applied on every voter in the same order. Its batches count only if the entry's controller epoch is
 * the term of the log entry that holds it and the base offset is the next one ({@link Replica}): a deposed controller's
 * batch, or one behind a lost one, changes nothing anywhere.
 */
public interface MetadataLog extends AutoCloseable {
    /**
     * Loads what is on disk and takes part in the quorum. Returns when the local image is loaded; a leader may not be known.
     *
     * @throws io.muster.error.MusterException with a sentence for the operator if the log cannot start; the process must end
     */
    void start(LogListener listener);

    /**
     * Appends an entry without waiting. Entries handed in by one thread are appended in that order. Only a voter that leads
     * in the entry's epoch can succeed. The stage completes on a thread of the log: do not block in it.
     *
     * <p>Success shows as {@link LogListener#onApplied}, not here; this stage says only what is known of the append.
     */
    CompletionStage<AppendOutcome> append(LogEntry entry);

    /** The image after every entry applied so far on this voter. */
    MetadataImage image();

    /** Who leads, as this voter knows. */
    Leadership leadership();

    /** How far every voter is. Precise only on the leader. */
    ReplicationStatus replication();

    /**
     * Reads back every committed batch that this voter still keeps, oldest first. Blocks while it reads, and holds one image
     * and one stretch of the log in memory, so let few callers in at a time. How far back it reaches is what snapshots and
     * purging have left; {@link HistoryReader#begins} says it.
     *
     * @throws io.muster.error.MusterException CORRUPT if what is kept cannot be read; what was before the damage was told
     */
    void readHistory(HistoryReader reader);

    /** Takes a snapshot now, off the apply thread; completes with its next offset. */
    CompletionStage<Long> takeSnapshot();

    /** Hands leadership to another up-to-date voter, if this one leads; completes with true if another leads now. */
    CompletionStage<Boolean> resign();

    /**
     * Asks this voter to stand for election at once instead of waiting out the election timeout, because {@code deadLeader}
     * is known to be gone. Terms, votes and logs decide as ever who may lead, so nothing can be lost; but a leader that lives
     * after all may be deposed, so call this with proof of death only. Does nothing where not supported.
     */
    default void leaderIsGone(int deadLeader) {}

    /** Leaves the quorum's traffic and closes the files. Idempotent. */
    @Override
    void close();
}
