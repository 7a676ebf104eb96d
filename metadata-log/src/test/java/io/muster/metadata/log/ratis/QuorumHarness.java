package io.muster.metadata.log.ratis;

import static org.awaitility.Awaitility.await;

import io.muster.log.v1.Batch;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.LogEntry;
import io.muster.log.v1.Record;
import io.muster.metadata.image.ImageFixture;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.record.LogCodec;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.metadata.storage.StorageIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Voters of one quorum in this process, on real files and loopback sockets. Not thread-safe. */
final class QuorumHarness implements AutoCloseable {
    static final String CLUSTER = StorageIdentity.randomUuid();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path root;
    private final QuorumSettings common;
    private final Map<Integer, Node> nodes = new TreeMap<>();

    /** One voter. */
    static final class Node {
        final StorageDirectory storage;
        final RatisMetadataLog log;
        final HeardListener listener = new HeardListener();

        Node(StorageDirectory storage, RatisMetadataLog log) {
            this.storage = storage;
            this.log = log;
        }
    }

    QuorumHarness(Path root, int voters, UnaryOperator<QuorumSettings> adjust) throws IOException {
        this.root = root;
        List<Voter> list = new ArrayList<>();
        for (int id = 1; id <= voters; id++) {
            list.add(new Voter(id, "127.0.0.1", freePort()));
            StorageDirectory.format(directory(id), CLUSTER, id, false);
        }
        common = adjust.apply(QuorumSettings.of(list, "127.0.0.1", 0).withElectionTimeoutMs(150, 300));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    Path directory(int id) {
        return root.resolve("node" + id);
    }

    QuorumSettings settings(int id) {
        return new QuorumSettings(
                common.voters(),
                "127.0.0.1",
                common.voter(id).port(),
                common.electionTimeoutMinMs(),
                common.electionTimeoutMaxMs(),
                common.snapshotIntervalEntries(),
                common.preservedEntries(),
                common.snapshotsKept(),
                common.segmentBytes());
    }

    void startAll() {
        common.voters().parallelStream()
                .map(Voter::nodeId)
                .map(this::open)
                .toList()
                .forEach(node -> {
                    synchronized (nodes) {
                        nodes.put(node.storage.identity().nodeId(), node);
                    }
                });
    }

    Node start(int id) {
        Node node = open(id);
        nodes.put(id, node);
        return node;
    }

    private Node open(int id) {
        StorageDirectory storage = StorageDirectory.open(directory(id), id);
        try {
            Node node = new Node(storage, new RatisMetadataLog(settings(id), storage));
            node.log.start(node.listener);
            return node;
        } catch (RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    void stop(int id) {
        Node node = nodes.remove(id);
        if (node != null) {
            node.log.close();
            node.storage.close();
        }
    }

    Node node(int id) {
        return java.util.Objects.requireNonNull(nodes.get(id), () -> "node " + id + " was not started");
    }

    Iterable<Node> nodes() {
        return new ArrayList<>(nodes.values());
    }

    Node awaitLeader() {
        await().pollInterval(Duration.ofMillis(5)).atMost(PATIENCE).until(() -> leader() != null);
        return Objects.requireNonNull(leader(), "the leader was lost at once");
    }

    private @Nullable Node leader() {
        for (Node node : nodes.values()) {
            if (node.listener.leadingEpoch != 0 && node.log.leadership().isLocal()) {
                return node;
            }
        }
        return null;
    }

    static CompletionStage<AppendOutcome> append(Node node, Record... records) {
        return append(node, node.log.image().nextOffset(), records);
    }

    static CompletionStage<AppendOutcome> append(Node node, long offset, Record... records) {
        long epoch = node.listener.leadingEpoch;
        Batch batch = ImageFixture.batchAt(offset, epoch, records);
        return node.log.append(LogCodec.entry(epoch, List.of(batch)));
    }

    static AppendOutcome outcome(CompletionStage<AppendOutcome> stage) throws Exception {
        return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Appends {@code count} batches, all under way at once, from the present offset. */
    static void appendMany(Node leader, int count) throws Exception {
        long from = leader.log.image().nextOffset();
        List<CompletableFuture<AppendOutcome>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(append(leader, from + i, filler(from + i)).toCompletableFuture());
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        for (CompletableFuture<AppendOutcome> one : all) {
            if (one.get() != AppendOutcome.COMMITTED) {
                throw new IllegalStateException("an append was " + one.get());
            }
        }
    }

    static Record filler(long offset) {
        return offset == 0 ? cluster() : ImageFixture.request("r" + offset, "x".repeat(200));
    }

    static Record cluster() {
        return Record.newBuilder()
                .setCluster(ClusterRecord.newBuilder().setClusterId(CLUSTER))
                .build();
    }

    static LogEntry barrier(Node node, long id) {
        return LogCodec.barrier(node.listener.leadingEpoch, id);
    }

    void awaitOffset(long nextOffset) {
        for (Node node : nodes.values()) {
            await().pollInterval(Duration.ofMillis(5))
                    .atMost(PATIENCE)
                    .until(() -> node.log.image().nextOffset() == nextOffset);
        }
    }

    static byte[] bytes(MetadataImage image) {
        return ImageFixture.bytes(image);
    }

    @Override
    public void close() {
        new ArrayList<>(nodes.keySet()).parallelStream().forEach(id -> {
            Node node = node(id);
            node.log.close();
            node.storage.close();
        });
        nodes.clear();
    }
}
