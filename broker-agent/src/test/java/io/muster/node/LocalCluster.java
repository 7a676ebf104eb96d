package io.muster.node;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.metadata.storage.StorageIdentity;
import io.muster.node.config.NodeConfigReader;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Nodes in this JVM, on loopback: voters 1 to n, and nodes that are only brokers after them. */
public final class LocalCluster implements AutoCloseable {
    static final String CLUSTER_ID = StorageIdentity.randomUuid();

    private final Path root;
    private final int voters;
    private final String voterRoles;
    private final int[] raft;
    private final int[] rpc;
    private final int[] http;
    final Map<Integer, MusterNode> nodes = new TreeMap<>();
    final Map<Integer, LedPartitions> work = new HashMap<>();
    final Map<Integer, NodeExit> failures = new ConcurrentHashMap<>();
    private final Map<Integer, ManagedChannel> channels = new HashMap<>();

    public LocalCluster(Path root, int voters, int brokers) {
        this(root, voters, brokers, "controller,broker");
    }

    /** @param voterRoles the roles of the voters */
    LocalCluster(Path root, int voters, int brokers, String voterRoles) {
        this.voterRoles = voterRoles;
        this.root = root;
        this.voters = voters;
        int count = voters + brokers;
        int[] ports = FreePorts.find(3 * count);
        this.raft = IntStream.range(0, count).map(i -> ports[i]).toArray();
        this.rpc = IntStream.range(0, count).map(i -> ports[count + i]).toArray();
        this.http = IntStream.range(0, count).map(i -> ports[2 * count + i]).toArray();
        for (int id = 1; id <= count; id++) {
            StorageDirectory.format(root.resolve("data-" + id), CLUSTER_ID, id, false);
        }
    }

    /** Writes the config file of a node. */
    public Path config(int id) {
        String voterList = IntStream.rangeClosed(1, voters)
                .mapToObj(v -> v + "@127.0.0.1:" + raft[v - 1])
                .collect(Collectors.joining(","));
        String servers = IntStream.rangeClosed(1, voters)
                .mapToObj(v -> "127.0.0.1:" + rpc[v - 1])
                .collect(Collectors.joining(","));
        String text = "node.id=" + id + "\nprocess.roles=" + (id <= voters ? voterRoles : "broker")
                + "\nlog.dir=" + root.resolve("data-" + id) + "\nlistener=127.0.0.1:" + rpc[id - 1]
                + "\nhttp.listener=127.0.0.1:" + http[id - 1] + "\ncontroller.quorum.bootstrap.servers=" + servers
                + "\n"
                + (id <= voters ? "controller.quorum.voters=" + voterList + "\n" : "");
        try {
            return Files.writeString(root.resolve("node-" + id + ".properties"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void formatAnew(int id) {
        StorageDirectory.format(root.resolve("data-" + id), CLUSTER_ID, id, true);
    }

    void start(int... ids) {
        for (int id : ids) {
            LedPartitions led = new LedPartitions();
            work.put(id, led);
            nodes.put(id, MusterNode.start(NodeConfigReader.read(config(id)), led, exit -> failures.put(id, exit)));
        }
    }

    int rpcPort(int id) {
        return rpc[id - 1];
    }

    int httpPort(int id) {
        return http[id - 1];
    }

    private ManagedChannel channel(int id) {
        return channels.computeIfAbsent(
                id,
                i -> ManagedChannelBuilder.forAddress("127.0.0.1", rpcPort(i))
                        .usePlaintext()
                        .build());
    }

    DescribeNodeReply describe(int id) {
        return NodeServiceGrpc.newBlockingStub(channel(id))
                .withDeadlineAfter(5, TimeUnit.SECONDS)
                .describeNode(DescribeNodeRequest.getDefaultInstance());
    }

    /** The controller as the living nodes know it, once one of them is known to. */
    int controller() {
        return await().atMost(Duration.ofSeconds(20)).until(this::knownController, nodes::containsKey);
    }

    private int knownController() {
        return nodes.keySet().stream()
                .findFirst()
                .map(id -> describe(id).getControllerId())
                .orElse(-1);
    }

    AdminServiceGrpc.AdminServiceBlockingStub admin() {
        return AdminServiceGrpc.newBlockingStub(channel(controller())).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    /** Partitions led by living nodes under ownerships that hold. */
    int led() {
        return nodes.keySet().stream().mapToInt(id -> led(id)).sum();
    }

    /** Partitions that one node leads. */
    int led(int id) {
        return work(id).count();
    }

    LedPartitions work(int id) {
        return requireNonNull(work.get(id));
    }

    MusterNode node(int id) {
        return requireNonNull(nodes.get(id));
    }

    private MusterNode remove(int id) {
        return requireNonNull(nodes.remove(id));
    }

    /** Ends a node as a crash would. */
    void kill(int id) {
        remove(id).abort();
    }

    void stop(int id) {
        remove(id).close();
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        nodes.values().parallelStream().forEach(MusterNode::abort);
    }
}
