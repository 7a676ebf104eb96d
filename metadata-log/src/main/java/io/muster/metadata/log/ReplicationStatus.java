package io.muster.metadata.log;

import java.util.List;

/**
 * How far every voter is.
 *
 * @param leadership who leads
 * @param logEndIndex last index of the local Raft log
 * @param commitIndex last committed index of the local Raft log
 * @param appliedIndex last applied index of the local Raft log
 * @param voters all voters
 */
public record ReplicationStatus(
        Leadership leadership, long logEndIndex, long commitIndex, long appliedIndex, List<VoterStatus> voters) {
    /**
     * One voter.
     *
     * @param nodeId its node id
     * @param directoryId its storage directory; empty when not known
     * @param endpoint address of its Raft listener
     * @param logEndIndex last index it is known to have; -1 when not known
     * @param lastContactMs milliseconds since it last answered; 0 for the local node, -1 when not known
     */
    public record VoterStatus(int nodeId, String directoryId, String endpoint, long logEndIndex, long lastContactMs) {}
}
