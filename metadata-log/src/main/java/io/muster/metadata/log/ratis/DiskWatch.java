package io.muster.metadata.log.ratis;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Tells whether a voter's disk should not be the leader's: something waits to be written and nothing was for too long (it
 * hangs), or for a good while whatever is written takes long (it is slow). A disk that does so without an error is noticed by
 * nobody else. Looked at several times a second. Not thread-safe.
 */
final class DiskWatch {
    /** What a look found. */
    enum Finding {
        /** Nothing to complain of. */
        WELL,
        /** Writes end, but each takes long. */
        SLOW,
        /** No write ends at all. */
        HUNG
    }

    private static final int MAX_MARKS = 1000;

    private final long hungAfterNs;
    private final long slowWriteNs;
    private final long slowForNs;
    /** What was handed in and when it was seen first; on disk no longer. */
    private final Deque<Mark> waiting = new ArrayDeque<>();

    private long flushed = -1;
    private long lastLookNs;
    private long progressNs;
    private boolean slow;
    private long slowSinceNs;

    private record Mark(long index, long seenNs) {}

    /**
     * @param hungAfterNs no write ends for this long: it hangs
     * @param slowWriteNs a write that takes this long is slow
     * @param slowForNs only slow writes for this long: the disk is
     */
    DiskWatch(long hungAfterNs, long slowWriteNs, long slowForNs) {
        this.hungAfterNs = hungAfterNs;
        this.slowWriteNs = slowWriteNs;
        this.slowForNs = slowForNs;
    }

    /**
     * @param flushedIndex last log index that is on disk
     * @param lastIndex last log index
     * @param nowNs monotonic time
     */
    Finding look(long flushedIndex, long lastIndex, long nowNs) {
        if (nowNs - lastLookNs > 2 * slowWriteNs) {
            // Nobody looked: this process stood still, and so did whatever waits.
            waiting.clear();
            slow = false;
        }
        if (flushedIndex != flushed || waiting.isEmpty()) {
            progressNs = nowNs;
        }
        flushed = flushedIndex;
        long longestNs = longestWaitNs(nowNs);
        if (lastIndex > flushedIndex
                && waiting.size() < MAX_MARKS
                && (waiting.isEmpty() || waiting.getLast().index() < lastIndex)) {
            waiting.addLast(new Mark(lastIndex, nowNs));
        }
        lastLookNs = nowNs;
        if (longestNs < slowWriteNs) {
            slow = false;
        } else if (!slow) {
            slow = true;
            slowSinceNs = nowNs - longestNs;
        }
        if (!waiting.isEmpty() && nowNs - progressNs >= hungAfterNs) {
            return Finding.HUNG;
        }
        return slow && nowNs - slowSinceNs >= slowForNs ? Finding.SLOW : Finding.WELL;
    }

    /** The longest that anything waits, or has waited that is on disk since the last look: so long at least. */
    private long longestWaitNs(long nowNs) {
        long longestNs = 0;
        while (!waiting.isEmpty() && waiting.getFirst().index() <= flushed) {
            longestNs = Math.max(longestNs, lastLookNs - waiting.removeFirst().seenNs());
        }
        return waiting.isEmpty()
                ? longestNs
                : Math.max(longestNs, nowNs - waiting.getFirst().seenNs());
    }
}
