package io.muster.it;

import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.muster.it.lab.Places;
import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.DescribeQuorumRequest;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.PartitionInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A cluster of real processes on loopback: combined nodes 1..n, and broker-only nodes after them. Closing it kills what it
 * started, by process handle. Not thread-safe.
 */
final class ProcessCluster implements AutoCloseable {
    static final String CLUSTER_ID = "5f0c2a3e-7f0b-4c55-9d7e-0f4a6d1b2c3d";
    private static final Duration CONVERGENCE = Duration.ofSeconds(45);

    private final Path root;
    private final Places places;
    private final List<NodeProcess> nodes = new ArrayList<>();
    private final Map<Integer, ManagedChannel> channels = new LinkedHashMap<>();
    private final FreePorts ports = new FreePorts(40);
    private final String voters;
    private final String bootstrap;
    private Duration patience = CONVERGENCE;

    private ProcessCluster(
            Path root,
            int voterCount,
            int brokers,
            List<String> nodeArgs,
            Map<String, String> settings,
            Places places) {
        this.root = root;
        this.places = places;
        int[] raft = IntStream.range(0, voterCount).map(i -> ports.next()).toArray();
        int[] rpc =
                IntStream.range(0, voterCount + brokers).map(i -> ports.next()).toArray();
        this.voters = IntStream.range(0, voterCount)
                .mapToObj(i -> (i + 1) + "@" + places.address(i + 1) + ":" + raft[i])
                .collect(Collectors.joining(","));
        this.bootstrap = IntStream.range(0, voterCount)
                .mapToObj(i -> places.address(i + 1) + ":" + rpc[i])
                .collect(Collectors.joining(","));
        for (int i = 0; i < voterCount + brokers; i++) {
            boolean voter = i < voterCount;
            nodes.add(node(i + 1, voter, voter ? raft[i] : 0, rpc[i], nodeArgs, settings));
        }
    }

    private NodeProcess node(
            int id, boolean voter, int raftPort, int rpcPort, List<String> nodeArgs, Map<String, String> settings) {
        int http = ports.next();
        Path dir = root.resolve("data-" + id);
        Map<String, String> config = new LinkedHashMap<>();
        config.put("node.id", Integer.toString(id));
        config.put("process.roles", voter ? "controller,broker" : "broker");
        if (voter) {
            config.put("controller.quorum.voters", voters);
            config.put("quorum.listener", places.address(id) + ":" + raftPort);
        }
        config.put("controller.quorum.bootstrap.servers", bootstrap);
        config.put("listener", places.address(id) + ":" + rpcPort);
        config.put("http.listener", places.address(id) + ":" + http);
        config.put("log.dir", dir.toString());
        config.putAll(settings);
        Path file = root.resolve("node-" + id + ".properties");
        write(
                file,
                config.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining("\n", "", "\n")));
        return new NodeProcess(id, dir, file, places, rpcPort, http, nodeArgs);
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Formats and starts {@code voters} combined nodes and {@code brokers} broker-only nodes; waits until all may own work. */
    static ProcessCluster start(Path root, int voters, int brokers) {
        return start(root, voters, brokers, List.of(), Map.of());
    }

    static ProcessCluster start(
            Path root, int voters, int brokers, List<String> nodeArgs, Map<String, String> settings) {
        ProcessCluster cluster = prepare(root, voters, brokers, nodeArgs, settings);
        try {
            cluster.nodes.forEach(NodeProcess::start);
            cluster.awaitUnfenced(IntStream.rangeClosed(1, voters + brokers).toArray());
            return cluster;
        } catch (Throwable t) {
            cluster.close();
            throw t;
        }
    }

    /** Formats, but starts nothing. */
    static ProcessCluster prepare(
            Path root, int voters, int brokers, List<String> nodeArgs, Map<String, String> settings) {
        return prepare(root, voters, brokers, nodeArgs, settings, Places.LOOPBACK);
    }

    /** Formats, but starts nothing. */
    static ProcessCluster prepare(
            Path root, int voters, int brokers, List<String> nodeArgs, Map<String, String> settings, Places places) {
        ProcessCluster cluster = new ProcessCluster(root, voters, brokers, nodeArgs, settings, places);
        for (NodeProcess node : cluster.nodes) {
            cluster.format(node);
        }
        return cluster;
    }

    void format(NodeProcess node) {
        Distribution.Result result =
                Distribution.run("storage", "format", "-c", node.config().toString(), "--cluster-id", CLUSTER_ID);
        if (result.exitCode() != 0) {
            throw new AssertionError("format of node " + node.id() + " failed: " + result.all());
        }
    }

    /** How long to wait for what must happen. */
    void setPatience(Duration limit) {
        patience = limit;
    }

    NodeProcess node(int id) {
        return nodes.get(id - 1);
    }

    List<NodeProcess> nodes() {
        return nodes;
    }

    /** Host and port of every voter's gRPC listener, as `--bootstrap` takes them. */
    String bootstrap() {
        return bootstrap;
    }

    /** A further config file that is like that of {@code like}, with some settings changed. */
    NodeProcess variant(NodeProcess like, int id, String dirName, Map<String, String> changes) {
        try {
            Map<String, String> config = new LinkedHashMap<>();
            for (String line : Files.readAllLines(like.config())) {
                config.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
            int rpc = ports.next();
            int http = ports.next();
            Path dir = root.resolve(dirName);
            config.put("node.id", Integer.toString(id));
            config.put("listener", places.address(id) + ":" + rpc);
            config.put("http.listener", places.address(id) + ":" + http);
            config.put("log.dir", dir.toString());
            config.putAll(changes);
            config.values().removeIf(String::isEmpty);
            Path file = root.resolve(dirName + ".properties");
            write(
                    file,
                    config.entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .collect(Collectors.joining("\n", "", "\n")));
            NodeProcess node = new NodeProcess(id, dir, file, places, rpc, http, List.of());
            extras.add(node);
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final List<NodeProcess> extras = new ArrayList<>();

    private <T> Optional<T> ask(NodeProcess node, Function<AdminServiceGrpc.AdminServiceBlockingStub, T> call) {
        if (!node.isAlive()) {
            return Optional.empty();
        }
        ManagedChannel channel = channels.computeIfAbsent(
                node.id(),
                id -> NettyChannelBuilder.forAddress(node.host(), node.rpcPort())
                        .usePlaintext()
                        .build());
        try {
            return Optional.of(
                    call.apply(AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.SECONDS)));
        } catch (StatusRuntimeException e) {
            channel.resetConnectBackoff();
            return Optional.empty();
        }
    }

    /** Asks the controller, wherever it is; waits for one. */
    <T> T controller(Function<AdminServiceGrpc.AdminServiceBlockingStub, T> call) {
        return until("a controller answers", () -> tryController(call)).orElseThrow();
    }

    <T> Optional<T> tryController(Function<AdminServiceGrpc.AdminServiceBlockingStub, T> call) {
        return nodes.stream()
                .map(node -> ask(node, call))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private <T> Optional<T> until(String what, java.util.concurrent.Callable<Optional<T>> probe) {
        try {
            return await(what)
                    .atMost(patience)
                    .pollInterval(Duration.ofMillis(50))
                    .until(probe, Optional::isPresent);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("did not happen within " + patience + ": " + what + "\n" + tails(), e);
        }
    }

    /** Waits until {@code condition} holds; a failure shows the end of every node's log. */
    void awaitThat(String what, java.util.concurrent.Callable<Boolean> condition) {
        until(what, () -> condition.call() ? Optional.of(true) : Optional.empty());
    }

    private String tails() {
        return nodes.stream().map(NodeProcess::tail).collect(Collectors.joining("\n"));
    }

    int controllerId() {
        return controller(stub -> stub.describeQuorum(DescribeQuorumRequest.getDefaultInstance()))
                .getLeaderId();
    }

    DescribeQuorumReply quorum() {
        return controller(stub -> stub.describeQuorum(DescribeQuorumRequest.getDefaultInstance()));
    }

    Map<Integer, BrokerInfo> brokers() {
        return controller(stub -> stub.listBrokers(ListBrokersRequest.getDefaultInstance())).getBrokersList().stream()
                .collect(Collectors.toMap(BrokerInfo::getId, b -> b));
    }

    BrokerInfo broker(int id) {
        BrokerInfo info = brokers().get(id);
        if (info == null) {
            throw new AssertionError("the controller does not know broker " + id);
        }
        return info;
    }

    private Optional<Map<Integer, BrokerInfo>> tryBrokers() {
        return tryController(stub -> stub.listBrokers(ListBrokersRequest.getDefaultInstance()))
                .map(reply -> reply.getBrokersList().stream().collect(Collectors.toMap(BrokerInfo::getId, b -> b)));
    }

    void awaitState(BrokerState state, int... ids) {
        awaitThat(
                "brokers " + java.util.Arrays.toString(ids) + " are " + state,
                () -> tryBrokers()
                        .map(all -> IntStream.of(ids)
                                .allMatch(id -> all.containsKey(id)
                                        && all.getOrDefault(id, BrokerInfo.getDefaultInstance())
                                                        .getState()
                                                == state))
                        .orElse(false));
    }

    void awaitUnfenced(int... ids) {
        awaitState(BrokerState.UNFENCED, ids);
    }

    void create(String name, int partitions, int replicas) {
        controller(stub -> stub.createResource(CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(replicas)
                .build()));
    }

    List<PartitionInfo> partitions() {
        return controller(ProcessCluster::allPartitions);
    }

    private static List<PartitionInfo> allPartitions(AdminServiceGrpc.AdminServiceBlockingStub stub) {
        List<PartitionInfo> all = new ArrayList<>();
        stub.listPartitions(ListPartitionsRequest.getDefaultInstance())
                .forEachRemaining(piece -> all.addAll(piece.getPartitionsList()));
        return all;
    }

    /** Waits until every partition has a leader among {@code brokers}. */
    void awaitAllLedBy(int... brokers) {
        awaitThat(
                "every partition is led by one of " + java.util.Arrays.toString(brokers),
                () -> tryController(ProcessCluster::allPartitions)
                        .map(all -> !all.isEmpty()
                                && all.stream()
                                        .allMatch(p -> IntStream.of(brokers).anyMatch(b -> b == p.getLeader())))
                        .orElse(false));
    }

    /** Like {@link #awaitAllLedBy}, but asks only {@code brokers}: the others may be paused and never answer. */
    void awaitAllLedByAsking(int... brokers) {
        awaitThat(
                "every partition is led by one of " + java.util.Arrays.toString(brokers),
                () -> IntStream.of(brokers)
                        .mapToObj(id -> ask(node(id), ProcessCluster::allPartitions))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(all -> !all.isEmpty()
                                && all.stream()
                                        .allMatch(p -> IntStream.of(brokers).anyMatch(b -> b == p.getLeader())))
                        .orElse(false));
    }

    /** Waits until {@code broker} leads something. */
    void awaitLeads(int broker) {
        awaitThat(
                "broker " + broker + " leads something",
                () -> tryController(ProcessCluster::allPartitions)
                        .map(all -> all.stream().anyMatch(p -> p.getLeader() == broker))
                        .orElse(false));
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        nodes.forEach(NodeProcess::destroy);
        extras.forEach(NodeProcess::destroy);
    }
}
