package io.muster.node.rpc;

import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.DescribeNodeReply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the gRPC listener of the voter that leads. Raft tells a voter only the leader's node id and Raft address; the gRPC
 * listener is known from the registration of the broker in the same process, or by asking the bootstrap servers who they
 * are. Thread-safe.
 */
public final class PeerDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerDirectory.class);
    private static final long ASK_EVERY_MS = 500;
    private static final long ASK_TIMEOUT_MS = 1_000;

    /**
     * A bootstrap server.
     *
     * @param host where it is
     * @param port of its gRPC listener
     */
    public record Server(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    private final int selfId;
    private final String self;
    private final List<Server> servers;
    private final IntSupplier leaderId;
    private final Supplier<MetadataImage> image;
    private final Map<Integer, String> learned = new ConcurrentHashMap<>();
    private final ScheduledExecutorService asking;

    /**
     * @param selfId this node
     * @param self "host:port" of this node's own gRPC listener as others find it
     * @param servers whom to ask
     * @param leaderId node id of the leader as this voter knows it; -1 for none
     * @param image the newest image
     */
    public PeerDirectory(
            int selfId, String self, List<Server> servers, IntSupplier leaderId, Supplier<MetadataImage> image) {
        this.selfId = selfId;
        this.self = self;
        this.servers = List.copyOf(servers);
        this.leaderId = leaderId;
        this.image = image;
        this.asking = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "muster-peers");
            thread.setDaemon(true);
            return thread;
        });
        var unused = asking.scheduleWithFixedDelay(this::learnLeader, 0, ASK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** "host:port" of the gRPC listener of voter {@code id}, if it is known. Does not block. */
    public Optional<String> endpointOf(int id) {
        if (id < 0) {
            return Optional.empty();
        }
        if (id == selfId) {
            return Optional.of(self);
        }
        Optional<Broker> broker = image.get().broker(id);
        if (broker.isPresent() && !broker.get().isFenced()) {
            return broker.map(Broker::endpoint);
        }
        return Optional.ofNullable(learned.get(id)).or(() -> broker.map(Broker::endpoint));
    }

    /** "host:port" of the leader's gRPC listener, if it is known; empty if there is no leader. Does not block. */
    public Optional<String> leaderEndpoint() {
        return endpointOf(leaderId.getAsInt());
    }

    private void learnLeader() {
        try {
            int leader = leaderId.getAsInt();
            if (leader < 0 || leader == selfId || learned.containsKey(leader)) {
                return;
            }
            for (Server server : servers) {
                if (!server.toString().equals(self)) {
                    NodeClient.describe(server.host(), server.port(), ASK_TIMEOUT_MS)
                            .ifPresent(reply -> learn(reply, server));
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("Could not ask the bootstrap servers who they are: {}", e.toString());
        }
    }

    private void learn(DescribeNodeReply reply, Server server) {
        String clusterId = image.get().clusterId();
        if (clusterId.isEmpty() || clusterId.equals(reply.getClusterId())) {
            learned.put(reply.getNodeId(), server.toString());
        }
    }

    @Override
    public void close() {
        asking.shutdownNow();
    }
}
