package io.muster.metadata.log.ratis;

import io.muster.metadata.storage.ClusterId;
import java.util.List;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.jspecify.annotations.Nullable;

/**
 * Muster's ids as Ratis has them. A first voter's Raft id is its node id: the directory ids of the others are not known when
 * the cluster first starts, and {@link BlankVoteGuard} binds the id to the directory instead. Stateless.
 */
final class RatisIds {
    private RatisIds() {}

    static RaftPeerId peerId(int nodeId) {
        return RaftPeerId.valueOf(Integer.toString(nodeId));
    }

    /** The node id; -1 for none. */
    static int nodeId(@Nullable RaftPeerId peer) {
        return peer == null || peer.toString().isEmpty() ? -1 : Integer.parseInt(peer.toString());
    }

    static RaftGroupId groupId(String clusterId) {
        return RaftGroupId.valueOf(ClusterId.parse(clusterId));
    }

    /** Addresses stay unresolved, so that a host may change its address under the same name. */
    static RaftGroup group(String clusterId, List<Voter> voters) {
        return RaftGroup.valueOf(
                groupId(clusterId),
                voters.stream()
                        .map(voter -> RaftPeer.newBuilder()
                                .setId(peerId(voter.nodeId()))
                                .setAddress(voter.endpoint())
                                .build())
                        .toList());
    }
}
