package io.muster.node;

import io.muster.agent.shell.Agent;
import io.muster.metadata.image.Broker;
import io.muster.metadata.log.ratis.PeerLog;
import io.muster.metadata.storage.StorageIdentity;
import io.muster.node.config.NodeConfig;
import io.muster.node.config.Role;
import io.muster.node.rpc.PeerDirectory;
import io.muster.rpc.v1.DescribeNodeReply;
import org.jspecify.annotations.Nullable;

/** What a node says of itself, and where it thinks the controller is. Thread-safe. */
final class NodeDescription {
    private final DescribeNodeReply fixed;
    private final @Nullable VoterRole voter;
    private final @Nullable Agent agent;
    private final @Nullable PeerDirectory peers;

    NodeDescription(
            NodeConfig config,
            StorageIdentity identity,
            String incarnation,
            @Nullable VoterRole voter,
            @Nullable Agent agent,
            @Nullable PeerDirectory peers) {
        this.voter = voter;
        this.agent = agent;
        this.peers = peers;
        this.fixed = DescribeNodeReply.newBuilder()
                .setClusterId(identity.clusterId())
                .setNodeId(identity.nodeId())
                .setDirectoryId(identity.directoryId())
                .setIncarnation(incarnation)
                .setVersion(NodeVersion.CURRENT)
                .addAllRoles(config.roles().stream().map(Role::word).sorted().toList())
                .build();
    }

    DescribeNodeReply describe() {
        DescribeNodeReply.Builder reply = fixed.toBuilder().setControllerId(-1);
        if (voter != null && peers != null) {
            describeVoter(voter, peers, reply);
        } else if (agent != null) {
            describeBroker(agent, reply);
        }
        return reply.build();
    }

    private static void describeVoter(VoterRole voter, PeerDirectory peers, DescribeNodeReply.Builder reply) {
        int leader = voter.leaderId();
        PeerLog log = voter.peerLog();
        reply.setControllerId(leader)
                .setController(peers.endpointOf(leader).orElse(""))
                .setAppliedOffset(voter.image().nextOffset())
                .setRaftLogBlank(log.blank())
                .putAllKnownDirectories(log.knownDirectories());
    }

    /** A broker knows where its session is; the id is that of the broker in the same process, if there is one. */
    private static void describeBroker(Agent agent, DescribeNodeReply.Builder reply) {
        String controller = agent.status().controller();
        reply.setController(controller).setAppliedOffset(agent.image().nextOffset());
        for (Broker broker : agent.image().brokers()) {
            if (!controller.isEmpty() && broker.endpoint().equals(controller)) {
                reply.setControllerId(broker.id());
            }
        }
    }
}
