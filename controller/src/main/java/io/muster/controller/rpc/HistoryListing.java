package io.muster.controller.rpc;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.HistoryReader;
import io.muster.rpc.v1.HistoryChange;
import io.muster.rpc.v1.ReadHistoryReply;
import io.muster.rpc.v1.ReadHistoryRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/**
 * One reading of the history: what matches is handed on in pieces, or, with a limit, the newest so many are kept until the end
 * is reached. Holds never more than one piece or the limit. Not thread-safe.
 */
final class HistoryListing implements HistoryReader {
    private final HistoryFilter filter;
    private final int limit;
    private final Predicate<ReadHistoryReply> out;
    private final long endOffset;
    private final Deque<HistoryChange> held = new ArrayDeque<>();
    private long firstOffset;
    private long matches;
    private boolean wanted = true;
    private boolean sentAny;

    /**
     * @param endOffset the next offset of the image that is asked
     * @param out takes a piece; false if nobody wants more
     */
    HistoryListing(ReadHistoryRequest request, long endOffset, Predicate<ReadHistoryReply> out) {
        this.filter = new HistoryFilter(request);
        this.limit = request.getLimit();
        this.endOffset = endOffset;
        this.out = out;
    }

    @Override
    public void begins(MetadataImage image) {
        firstOffset = image.nextOffset();
    }

    @Override
    public boolean next(Applied applied) {
        filter.match(applied).ifPresent(this::hold);
        return wanted;
    }

    private void hold(HistoryChange change) {
        matches++;
        held.add(change);
        if (limit > 0 && held.size() > limit) {
            held.remove();
        } else if (limit == 0 && held.size() == RpcLimits.CHANGES_PER_PIECE) {
            send();
        }
    }

    /** The end of the log is reached: sends what is held, at least one piece in all. */
    void finish() {
        while (wanted && (!held.isEmpty() || !sentAny)) {
            send();
        }
    }

    private void send() {
        ReadHistoryReply.Builder piece =
                ReadHistoryReply.newBuilder().setFirstOffset(firstOffset).setOffset(endOffset);
        while (piece.getChangesCount() < RpcLimits.CHANGES_PER_PIECE && !held.isEmpty()) {
            piece.addChanges(held.remove());
        }
        sentAny = true;
        wanted = out.test(piece.build());
    }

    /** Changes that matched, sent or not. */
    long matches() {
        return matches;
    }

    /** Changes before this offset are no longer kept. */
    long firstOffset() {
        return firstOffset;
    }
}
