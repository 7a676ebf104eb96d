package io.muster.node;

import io.muster.metadata.log.ratis.PeerLog;
import io.muster.metadata.log.ratis.PeerLogProbe;
import io.muster.metadata.log.ratis.Voter;
import io.muster.node.config.Endpoint;
import io.muster.node.config.Role;
import io.muster.node.rpc.NodeClient;
import io.muster.rpc.v1.DescribeNodeReply;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Asks other voters about their logs over their gRPC listeners. A voter's Raft address does not tell its gRPC listener, so
 * every bootstrap server is asked who it is.
 */
final class PeerLogs implements PeerLogProbe, AutoCloseable {
    private static final long ASK_TIMEOUT_MS = 1_000;

    private final List<Endpoint> servers;
    private final ExecutorService asking = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "muster-peer-logs");
        thread.setDaemon(true);
        return thread;
    });

    PeerLogs(List<Endpoint> servers) {
        this.servers = List.copyOf(servers);
    }

    @Override
    public CompletionStage<PeerLog> ask(Voter voter) {
        CompletableFuture<PeerLog> answer = new CompletableFuture<>();
        CompletableFuture<?>[] questions = servers.stream()
                .map(server -> CompletableFuture.supplyAsync(() -> describe(server, voter.nodeId()), asking)
                        .thenAccept(found -> found.ifPresent(answer::complete)))
                .toArray(CompletableFuture<?>[]::new);
        var unused = CompletableFuture.allOf(questions)
                .whenComplete((done, failure) -> answer.completeExceptionally(
                        new IllegalStateException("no bootstrap server says that it is voter " + voter.nodeId())));
        return answer;
    }

    private static Optional<PeerLog> describe(Endpoint server, int nodeId) {
        return NodeClient.describe(server.host(), server.port(), ASK_TIMEOUT_MS)
                .filter(reply -> reply.getNodeId() == nodeId)
                .filter(reply -> reply.getRolesList().contains(Role.CONTROLLER.word()))
                .map(PeerLogs::logOf);
    }

    private static PeerLog logOf(DescribeNodeReply reply) {
        return new PeerLog(
                reply.getNodeId(),
                reply.getClusterId(),
                reply.getDirectoryId(),
                reply.getRaftLogBlank(),
                reply.getKnownDirectoriesMap());
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
