package io.muster.metadata.log;

/**
 * Who leads the quorum.
 *
 * @param epoch the Raft term
 * @param leaderId node id of the leader; -1 when none is known
 * @param isLocal true if this voter leads and is ready to append
 */
public record Leadership(long epoch, int leaderId, boolean isLocal) {
    public static final Leadership NONE = new Leadership(0, -1, false);
}
