package io.muster.metadata.log.ratis;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;

/** Hands leadership to the follower that is furthest: closing a leader without it costs an election timeout. Stateless. */
final class Handover {
    private static final long TIMEOUT_MS = 2000;

    private Handover() {}

    static CompletableFuture<Boolean> resign(
            RaftServer server, RaftServer.Division division, List<Follower> followers) {
        if (!division.getInfo().isLeader()) {
            return CompletableFuture.completedFuture(
                    RatisIds.nodeId(division.getInfo().getLeaderId()) >= 0);
        }
        Optional<Follower> target = followers.stream()
                .filter(follower -> follower.silentMs() < TIMEOUT_MS)
                .max(Comparator.comparingLong(Follower::matchIndex).thenComparing(follower -> -follower.nodeId()));
        if (target.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        var request = new TransferLeadershipRequest(
                ClientId.randomId(),
                server.getId(),
                division.getMemberId().getGroupId(),
                0,
                RatisIds.peerId(target.get().nodeId()),
                TIMEOUT_MS);
        try {
            return server.transferLeadershipAsync(request)
                    .handle((RaftClientReply reply, Throwable error) -> error == null && reply.isSuccess());
        } catch (IOException e) {
            return CompletableFuture.completedFuture(false);
        }
    }

    /** A follower as its leader sees it. */
    record Follower(int nodeId, long matchIndex, long silentMs) {}
}
