package io.muster.controller.liveness;

/**
 * Whether fencing is held in the whole cluster or in one rack: begins above a share, ends only at half of it and after a quiet
 * time, so that a broker that comes and goes does not open and close it. Time and counts are parameters. Not thread-safe.
 */
final class HoldScope {
    /** Of fewer brokers every loss is a large share: a cluster of three must fence one, and two. */
    static final int FEWEST_FOR_SHARE = 4;
    /** Of fewer brokers "all" is no evidence against the controller. */
    static final int FEWEST_FOR_ALL = 3;

    private final double share;
    private final boolean holdsAll;
    private final long quietNs;
    private boolean holding;
    private boolean calm;
    private long calmSinceNs;

    /**
     * @param share more than this share of four or more begins the hold; 1 is off
     * @param holdsAll all of three or more begin it, whatever the share
     * @param quietNs how long it must have been calm before the hold ends
     */
    HoldScope(double share, boolean holdsAll, long quietNs) {
        this.share = share;
        this.holdsAll = holdsAll;
        this.quietNs = quietNs;
    }

    /**
     * Takes note of how it looks now.
     *
     * @param brokers brokers that owned work at the start of the window
     * @param lost those of them that look dead, or were fenced in the window
     * @return true while fencing is held
     */
    boolean look(int brokers, int lost, long nowNs) {
        if (tooMany(brokers, lost, share)) {
            holding = true;
            calm = false;
        } else if (holding) {
            boolean calmNow = !tooMany(brokers, lost, share / 2);
            if (calmNow && !calm) {
                calmSinceNs = nowNs;
            }
            calm = calmNow;
            holding = !calm || nowNs - calmSinceNs < quietNs;
        }
        return holding;
    }

    private boolean tooMany(int brokers, int lost, double limit) {
        boolean all = holdsAll && brokers >= FEWEST_FOR_ALL && lost >= brokers;
        boolean many = share < 1 && brokers >= FEWEST_FOR_SHARE && lost > limit * brokers;
        return all || many;
    }

    boolean isHolding() {
        return holding;
    }

    void end() {
        holding = false;
        calm = false;
    }
}
