package io.muster.metadata.log.memory;

import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.InvariantViolation;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.log.HistoryReader;
import io.muster.metadata.log.HistoryReplay;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import io.muster.metadata.log.Replica;
import io.muster.metadata.log.ReplicationStatus;
import io.muster.metadata.record.LogCodec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The log of one voter's process in an {@link InMemoryQuorum}. Not thread-safe: everything happens on the thread that drives
 * the quorum. A process that crashes leaves its object behind; a restart opens a new one.
 */
public final class InMemoryMetadataLog implements MetadataLog {
    private final InMemoryQuorum quorum;
    private final int voter;
    private @Nullable LogListener listener;
    private @Nullable Replica replica;
    private MetadataImage image;
    /** Entries of the committed log that this process has applied. */
    private int applied;
    /** The term in which this process believes it leads; 0 when it does not. */
    private long leadingTerm;

    private Leadership leadership = Leadership.NONE;
    private final Deque<Promise> waiting = new ArrayDeque<>();
    private final List<CompletableFuture<Boolean>> resigning = new ArrayList<>();
    private boolean closed;

    InMemoryMetadataLog(InMemoryQuorum quorum, int voter, MetadataImage image, int applied) {
        this.quorum = quorum;
        this.voter = voter;
        this.image = image;
        this.applied = applied;
    }

    @Override
    public void start(LogListener logListener) {
        listener = logListener;
        replica = new Replica(image, logListener);
    }

    @Override
    public CompletionStage<AppendOutcome> append(LogEntry entry) {
        byte[] bytes;
        try {
            bytes = LogCodec.encode(entry);
        } catch (RuntimeException tooLarge) {
            return CompletableFuture.failedStage(tooLarge);
        }
        if (closed || leadingTerm == 0) {
            return CompletableFuture.completedStage(AppendOutcome.REFUSED);
        }
        Promise promise = new Promise(new Slot(leadingTerm, LogCodec.decode(ByteBuffer.wrap(bytes))));
        waiting.add(promise);
        quorum.accept(this, promise.slot);
        return promise.outcome;
    }

    @Override
    public MetadataImage image() {
        return replica == null ? image : replica.image();
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public ReplicationStatus replication() {
        return quorum.replication(this);
    }

    @Override
    public void readHistory(HistoryReader reader) {
        HistoryReplay replay = new HistoryReplay(reader, image().nextOffset());
        for (Slot slot : List.copyOf(quorum.committed().subList(0, applied))) {
            if (!replay.next(slot.term(), slot.entry())) {
                return;
            }
        }
        replay.finish();
    }

    @Override
    public CompletionStage<Long> takeSnapshot() {
        return CompletableFuture.completedStage(quorum.takeSnapshot(voter));
    }

    @Override
    public CompletionStage<Boolean> resign() {
        if (closed || leadingTerm == 0) {
            return CompletableFuture.completedStage(false);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        resigning.add(done);
        quorum.driver().onResigning(voter);
        return done;
    }

    @Override
    public void leaderIsGone(int deadLeader) {
        if (!closed) {
            quorum.driver().onLeaderIsGone(voter, deadLeader);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            leadingTerm = 0;
            quorum.closed(this);
        }
    }

    /** Node id of the voter. */
    public int voter() {
        return voter;
    }

    /** The term in which this process believes it leads; 0 when it does not. It may be wrong. */
    public long leadingTerm() {
        return leadingTerm;
    }

    /** Entries of the committed log that this process has applied. */
    public int applied() {
        return applied;
    }

    /** Tells those who asked to resign that nobody took over. */
    public void resignationFailed() {
        resigned(false);
    }

    boolean isClosed() {
        return closed;
    }

    boolean isStarted() {
        return listener != null && !closed;
    }

    /**
     * Applies the committed entry that comes next.
     *
     * @param slot its place in the log
     * @param read what this voter reads there: the same, unless a test plants a bug
     */
    void apply(Slot slot, Slot read) {
        if (replica == null || listener == null) {
            throw new IllegalStateException("voter " + voter + " is not started");
        }
        applied++;
        try {
            replica.apply(read.term(), read.entry());
        } catch (InvariantViolation e) {
            listener.onFailure("the log cannot be applied: " + e.getMessage(), e);
            throw e;
        }
        Promise first = waiting.peek();
        if (first != null && first.slot == slot) {
            waiting.remove();
            first.outcome.complete(AppendOutcome.COMMITTED);
        }
    }

    void replace(MetadataImage newImage, int newApplied) {
        applied = newApplied;
        if (replica != null) {
            replica.replace(newImage);
        }
    }

    void leads(long term) {
        leadingTerm = term;
        if (listener != null) {
            listener.onLeading(term, image());
        }
    }

    void knows(Leadership newLeadership) {
        if (listener != null && !newLeadership.equals(leadership)) {
            leadership = newLeadership;
            listener.onLeaderKnown(newLeadership);
        }
    }

    /** Ends the belief to lead: what was appended and not applied is unknown from here on. */
    void stepDown(String why) {
        boolean led = leadingTerm != 0;
        leadingTerm = 0;
        while (!waiting.isEmpty()) {
            waiting.remove().outcome.complete(AppendOutcome.UNKNOWN);
        }
        if (led && listener != null) {
            listener.onNotLeading(why);
        }
        resigned(true);
    }

    private void resigned(boolean done) {
        List<CompletableFuture<Boolean>> asked = List.copyOf(resigning);
        resigning.clear();
        asked.forEach(f -> f.complete(done));
    }
}
