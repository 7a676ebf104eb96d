package io.muster.metadata.log.ratis;

/**
 * Tells whether a disk has stopped making progress: something waits to be written and nothing was for too long. A disk that
 * hangs without an error is noticed by nobody else. Not thread-safe.
 */
final class DiskWatch {
    private final long patienceNs;
    private long flushed = -1;
    private long sinceNs;
    private boolean waiting;

    DiskWatch(long patienceNs) {
        this.patienceNs = patienceNs;
    }

    /**
     * @param flushedIndex last log index that is on disk
     * @param lastIndex last log index
     * @param nowNs monotonic time
     */
    boolean isStuck(long flushedIndex, long lastIndex, long nowNs) {
        boolean waits = lastIndex > flushedIndex;
        if (!waits || !waiting || flushedIndex != flushed) {
            sinceNs = nowNs;
        }
        waiting = waits;
        flushed = flushedIndex;
        return waits && nowNs - sinceNs >= patienceNs;
    }
}
