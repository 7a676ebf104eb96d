package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node refuses data that is damaged or from a newer version, with one sentence; with the data mended it starts. */
class DamagedDataIT {
    private static final int SNAPSHOT_EVERY = 100;

    @TempDir
    Path dir;

    @Test
    void aTruncatedSnapshotIsRefused() throws IOException {
        assertDamageIsRefused(bytes -> Arrays.copyOf(bytes, bytes.length / 2));
    }

    @Test
    void aSnapshotWithOneBitFlippedIsRefused() throws IOException {
        assertDamageIsRefused(bytes -> {
            byte[] flipped = bytes.clone();
            flipped[flipped.length / 2] ^= 1;
            return flipped;
        });
    }

    private void assertDamageIsRefused(UnaryOperator<byte[]> damage) throws IOException {
        Map<String, String> settings = Map.of("snapshot.interval.batches", Integer.toString(SNAPSHOT_EVERY));
        try (ProcessCluster cluster = ProcessCluster.start(dir, 1, 0, List.of(), settings)) {
            NodeProcess node = cluster.node(1);
            cluster.create("orders", 12, 1);
            change(cluster, SNAPSHOT_EVERY);
            cluster.awaitThat("a snapshot is written", () -> !snapshots(node).isEmpty());
            node.kill();
            List<Path> files = snapshots(node);
            Path newest = files.get(files.size() - 1);
            byte[] whole = Files.readAllBytes(newest);
            Files.write(newest, damage.apply(whole));

            node.start();
            assertRefused(node, "snapshot");
            assertThat(node.output()).contains(String.valueOf(newest.getFileName()));

            Files.write(newest, whole);
            node.start();
            cluster.awaitUnfenced(1);
            assertThat(cluster.partitions()).hasSize(12);
        }
    }

    private static void change(ProcessCluster cluster, int times) {
        for (int i = 0; i < times; i++) {
            cluster.controller(stub -> stub.createResource(CreateResourceRequest.newBuilder()
                    .setName("passing")
                    .setPartitions(1)
                    .setReplicas(1)
                    .build()));
            cluster.controller(stub -> stub.deleteResource(
                    DeleteResourceRequest.newBuilder().setName("passing").build()));
        }
    }

    /** Whole snapshots, oldest first. */
    private static List<Path> snapshots(NodeProcess node) throws IOException {
        try (Stream<Path> files = Files.walk(node.dir())) {
            return files.filter(f -> String.valueOf(f.getFileName()).matches("snapshot\\.\\d+_\\d+"))
                    .filter(f -> Files.exists(f.resolveSibling(f.getFileName() + ".md5")))
                    .sorted((a, b) -> Long.compare(index(a), index(b)))
                    .toList();
        }
    }

    private static long index(Path snapshot) {
        String name = String.valueOf(snapshot.getFileName());
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    @Test
    void aRecordOfAFutureFormatLevelIsRefusedAndNothingIsSkipped() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 1, 0)) {
            NodeProcess node = cluster.node(1);
            cluster.create("orders", 12, 1);
            node.kill();
            Path whole = dir.resolve("whole");
            copy(node.dir(), whole);
            Path segment = segment(node);
            Files.write(segment, RaftSegment.raiseFormatLevel(Files.readAllBytes(segment)));

            node.start();
            assertRefused(node, "format level");
            assertThat(node.output()).contains("upgrade this node");
            Distribution.Result dump =
                    Distribution.run("log", "dump", "-c", node.config().toString());
            assertThat(dump.exitCode()).as(dump.all()).isEqualTo(1);
            assertThat(dump.err()).contains("format level").doesNotContain("Exception");

            // a node that refuses closes the segment under another name first
            Files.move(node.dir(), dir.resolve("newer"));
            Files.move(whole, node.dir());
            node.start();
            cluster.awaitUnfenced(1);
            assertThat(cluster.partitions()).hasSize(12);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> tree = Files.walk(from)) {
            for (Path path : tree.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static Path segment(NodeProcess node) throws IOException {
        try (Stream<Path> files = Files.walk(node.dir())) {
            return files.filter(f -> String.valueOf(f.getFileName()).startsWith("log_inprogress_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void assertRefused(NodeProcess node, String words) {
        assertThat(node.awaitExit(40)).as(node.tail()).isEqualTo(1);
        List<String> said = node.output()
                .lines()
                .filter(line -> line.startsWith("muster: "))
                .toList();
        assertThat(said).as(node.tail()).hasSize(1);
        assertThat(said.get(0).toLowerCase(java.util.Locale.ROOT)).contains(words);
    }
}
