package io.muster.agent.core;

/** Compares the feed with what the controller says it has committed, to notice a voter that no longer feeds. Not thread-safe. */
final class FeedWatch {
    private final long patienceNs;
    private long appliedOffset;
    private long committedOffset;
    private long deadlineNs = AgentCore.NEVER;

    /** @param patienceNs how long the feed may stand still behind the controller */
    FeedWatch(long patienceNs) {
        this.patienceNs = patienceNs;
    }

    /** The controller has committed everything below {@code offset}. */
    void committed(long offset, long nowNs) {
        committedOffset = Math.max(committedOffset, offset);
        if (appliedOffset < committedOffset && deadlineNs == AgentCore.NEVER) {
            deadlineNs = nowNs + patienceNs;
        }
    }

    /** The feed has delivered everything below {@code offset}. */
    void progress(long offset, long nowNs) {
        appliedOffset = Math.max(appliedOffset, offset);
        deadlineNs = appliedOffset < committedOffset ? nowNs + patienceNs : AgentCore.NEVER;
    }

    /** True once each time the patience is over. */
    boolean isStalled(long nowNs) {
        if (nowNs < deadlineNs) {
            return false;
        }
        deadlineNs = nowNs + patienceNs;
        return true;
    }

    long committedOffset() {
        return committedOffset;
    }

    long deadlineNs() {
        return deadlineNs;
    }
}
