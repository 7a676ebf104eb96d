package io.muster.testkit.sim;

/** What a voter's directory is good for. */
enum DiskState {
    /** It holds everything that the voter ever acknowledged. */
    WHOLE,
    /** Empty: the voter takes no part in votes and commits until it has caught up, as one that was removed and added again. */
    BLANK,
    /**
     * The log lost its tail and the mark says so: the node refuses to start, until somebody replaces the directory. A
     * directory that is rolled back as a whole, mark and all, is beyond what Raft promises; it is not simulated.
     */
    CUT
}
