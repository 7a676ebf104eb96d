package io.muster.cli.demo;

import io.muster.cli.cluster.HostPort;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.metadata.storage.StorageIdentity;
import io.muster.node.config.NodeConfigReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The demo's nodes: writes a config file for each, formats its storage, starts and stops its process. Used by one thread;
 * {@link #killAllNow} by any.
 */
final class DemoCluster {
    /** The last node of a cluster cannot hand over to anybody: no use in waiting for it. */
    private static final long POLITE_NANOS = 3_000_000_000L;

    private static final String LOOPBACK = "127.0.0.1";

    /** Signs of life come this often where gaps are measured: it is what a gap is too long by. */
    private static final String CLOSE_WATCH = "10ms";

    private final Path dir;
    private final boolean temporary;
    private final String clusterId = StorageIdentity.randomUuid();
    private final List<DemoNode> nodes = new ArrayList<>();

    private DemoCluster(Path dir, boolean temporary) {
        this.dir = dir;
        this.temporary = temporary;
    }

    /**
     * Writes the files of a new cluster and formats its storage.
     *
     * @param sink where the nodes' witnesses beat to, "host:port"
     * @param network what the nodes live in; null for the machine's own loopback
     */
    static DemoCluster prepare(DemoSettings settings, FreePorts ports, String sink, @Nullable DemoNetwork network) {
        Path given = settings.dir();
        try {
            Path dir = (given == null ? Files.createTempDirectory("muster-demo-") : empty(given))
                    .toAbsolutePath()
                    .normalize();
            DemoCluster cluster = new DemoCluster(dir, given == null);
            try {
                cluster.write(settings, ports, sink, network);
            } catch (MusterException e) {
                cluster.delete();
                throw e;
            }
            return cluster;
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "The demo's directory " + (given == null ? "in " + System.getProperty("java.io.tmpdir") : given)
                            + " cannot be written (" + e + "): choose another with --dir.",
                    e);
        }
    }

    private static Path empty(Path dir) throws IOException {
        Files.createDirectories(dir);
        try (Stream<Path> files = Files.list(dir)) {
            if (files.findAny().isPresent()) {
                throw new MusterException(
                        ErrorCode.FAILED_PRECONDITION,
                        "Directory " + dir + " is not empty and was left unchanged: choose a new one with --dir.");
            }
        }
        return dir;
    }

    private void write(DemoSettings settings, FreePorts ports, String sink, @Nullable DemoNetwork network)
            throws IOException {
        int voters = settings.voters();
        int[] raft = IntStream.range(0, voters).map(i -> ports.next()).toArray();
        int[] rpc = IntStream.range(0, settings.nodes()).map(i -> ports.next()).toArray();
        String voterList = IntStream.range(0, voters)
                .mapToObj(i -> (i + 1) + "@" + host(i + 1, network) + ":" + raft[i])
                .collect(Collectors.joining(","));
        String bootstrap = IntStream.range(0, voters)
                .mapToObj(i -> host(i + 1, network) + ":" + rpc[i])
                .collect(Collectors.joining(","));
        for (int i = 0; i < settings.nodes(); i++) {
            int id = i + 1;
            String host = host(id, network);
            Path config = dir.resolve("node-" + id + ".properties");
            Map<String, String> lines = new LinkedHashMap<>();
            lines.put("node.id", Integer.toString(id));
            lines.put("process.roles", i < voters ? "controller,broker" : "broker");
            if (i < voters) {
                lines.put("controller.quorum.voters", voterList);
                lines.put("quorum.listener", host + ":" + raft[i]);
            }
            lines.put("controller.quorum.bootstrap.servers", bootstrap);
            lines.put("listener", host + ":" + rpc[i]);
            lines.put("http.listener", host + ":" + ports.next());
            lines.put("log.dir", dir.resolve("data-" + id).toString().replace("\\", "\\\\"));
            lines.putAll(settings.settings());
            Files.writeString(
                    config,
                    lines.entrySet().stream()
                            .map(e -> e.getKey() + "=" + e.getValue())
                            .collect(Collectors.joining("\n", "# Written by 'muster demo'.\n", "\n")),
                    StandardCharsets.UTF_8);
            StorageDirectory.format(NodeConfigReader.read(config).logDir(), clusterId, id, false);
            nodes.add(new DemoNode(
                    id,
                    new HostPort(host, rpc[i]),
                    config,
                    dir.resolve("node-" + id + ".log"),
                    command(network == null ? List.of() : network.inside(id), settings, config, sink)));
        }
    }

    private static String host(int node, @Nullable DemoNetwork network) {
        return network == null ? LOOPBACK : network.host(node);
    }

    /** The same Java and the same libraries as this process. */
    private static List<String> command(List<String> within, DemoSettings settings, Path config, String sink) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        if (!Files.isExecutable(java)) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "There is no " + java + " to run the nodes with: set JAVA_HOME to a JDK 17 or newer.");
        }
        List<String> command = new ArrayList<>(within);
        command.addAll(List.of(java.toString(), "-Xms64m", "-Xmx" + (settings.nodes() > 5 ? 192 : 320) + "m"));
        // several nodes share this machine: small and quick to start counts more than peak speed
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"));
        if (Runtime.version().feature() >= 24) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        String home = System.getProperty("muster.home");
        if (home != null) {
            Path conf = Path.of(home, "conf");
            command.add("-Dlogback.configurationFile=" + conf.resolve("logback.xml"));
            command.add("-Djava.util.logging.config.file=" + conf.resolve("logging.properties"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.muster.cli.Main", "node"));
        command.addAll(List.of("-c", config.toString(), "--workload", "witness", "--witness-sink", sink));
        if (settings.fault() == DemoSettings.Fault.restart) {
            command.addAll(List.of("--witness-interval", CLOSE_WATCH));
        }
        return command;
    }

    Path dir() {
        return dir;
    }

    List<DemoNode> nodes() {
        return List.copyOf(nodes);
    }

    DemoNode node(int id) {
        return nodes.get(id - 1);
    }

    /** Every node's gRPC listener, as `--bootstrap` takes them. */
    String bootstrap() {
        return nodes.stream().map(n -> n.listener().toString()).collect(Collectors.joining(","));
    }

    void start() {
        nodes.forEach(DemoNode::start);
    }

    /** Stops what still runs, politely at first. */
    void stop() {
        long deadlineNanos = System.nanoTime() + POLITE_NANOS;
        nodes.forEach(DemoNode::askToStop);
        nodes.forEach(node -> node.awaitStopped(deadlineNanos));
    }

    /** Kills what runs, without waiting; nothing can be started any more. */
    void killAllNow() {
        nodes.forEach(DemoNode::killForGood);
    }

    /** Deletes the directory, if it is a temporary one. */
    void delete() {
        if (!temporary) {
            return;
        }
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // a temporary directory: the system cleans up what is left
            return;
        }
    }
}
