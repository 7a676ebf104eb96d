package io.muster.controller.liveness;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds fencing by timeout when so many brokers fall silent at once that the fault is more likely ours: all of three or
 * more, or more than a share of four or more within one session timeout. Proof of death never passes through here. Used
 * by one thread.
 */
final class BlastGuard {
    private static final Logger LOG = LoggerFactory.getLogger(BlastGuard.class);
    private static final int FEWEST_FOR_ALL = 3;
    private static final int FEWEST_FOR_SHARE = 4;

    private final double maxLostShare;
    private final long windowNs;
    private final Deque<Long> recent = new ArrayDeque<>();
    /** Brokers proved dead since the hold began: they count as lost, so that one proof does not lift the hold. */
    private int provedSinceHold;

    private volatile boolean holding;

    BlastGuard(double maxLostShare, long windowNs) {
        this.maxLostShare = maxLostShare;
        this.windowNs = windowNs;
    }

    /**
     * Whether the silent may be fenced.
     *
     * @param live brokers that are not fenced, the silent ones included
     * @param silent brokers that look dead, or will within a heartbeat interval
     */
    boolean mayFence(int live, int silent, long nowNs) {
        while (!recent.isEmpty() && nowNs - recent.peekFirst() > windowNs) {
            recent.removeFirst();
        }
        int before = live + recent.size() + provedSinceHold;
        int lost = silent + recent.size() + provedSinceHold;
        boolean all = before >= FEWEST_FOR_ALL && lost == before;
        boolean share = before >= FEWEST_FOR_SHARE && lost > maxLostShare * before;
        boolean hold = all || share;
        if (hold != holding) {
            holding = hold;
            provedSinceHold = 0;
            if (hold) {
                LOG.error(
                        "Fencing by timeout is on hold: {} of {} brokers look dead at once, which is more likely a fault"
                                + " of this controller's network than of the brokers. Check it; fence brokers that are"
                                + " really gone with 'muster brokers fence'.",
                        lost,
                        before);
            } else {
                LOG.warn("Fencing by timeout goes on: {} of {} brokers look dead.", lost, before);
            }
        }
        return !hold;
    }

    void fenced(long nowNs) {
        recent.addLast(nowNs);
    }

    void proved() {
        if (holding) {
            provedSinceHold++;
        }
    }

    boolean isHolding() {
        return holding;
    }
}
