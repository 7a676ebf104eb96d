package io.muster.metadata.log.ratis;

import java.util.Map;

/**
 * What a voter says about its own storage, also before it takes part in the quorum.
 *
 * @param nodeId its node id
 * @param clusterId the cluster its storage was formatted for
 * @param directoryId the id of its storage directory
 * @param blank true if its Raft log holds nothing at all: no entry, no snapshot
 * @param knownDirectories directory ids of the other voters as it noted them when it was admitted itself; empty before
 */
public record PeerLog(
        int nodeId, String clusterId, String directoryId, boolean blank, Map<Integer, String> knownDirectories) {
    public PeerLog {
        knownDirectories = Map.copyOf(knownDirectories);
    }
}
