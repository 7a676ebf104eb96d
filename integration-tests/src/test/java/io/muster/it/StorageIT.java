package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.rpc.v1.BrokerInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node starts on its own directory only, and never on one that could make it vote twice. */
class StorageIT {
    @TempDir
    Path dir;

    @Test
    void unformattedDirectoryIsRefused() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.prepare(dir, 1, 0, List.of(), Map.of())) {
            delete(cluster.node(1).dir());
            cluster.node(1).start();
            assertRefused(cluster.node(1), "format");
        }
    }

    @Test
    void formatOverExistingDataIsRefusedAndChangesNothing() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.prepare(dir, 1, 0, List.of(), Map.of())) {
            Path meta = cluster.node(1).dir().resolve("meta.properties");
            String before = Files.readString(meta);
            Distribution.Result again = Distribution.run(
                    "storage", "format", "-c", cluster.node(1).config().toString());
            assertThat(again.exitCode()).as(again.all()).isEqualTo(1);
            assertThat(again.err()).contains("already").doesNotContain("Exception");
            assertThat(Files.readString(meta)).isEqualTo(before);
        }
    }

    @Test
    void secondProcessOnADirectoryIsRefused() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 1, 0)) {
            NodeProcess twin = cluster.variant(
                    cluster.node(1),
                    1,
                    "twin",
                    Map.of("log.dir", cluster.node(1).dir().toString()));
            twin.start();
            assertRefused(twin, cluster.node(1).dir().getFileName().toString());
            cluster.awaitUnfenced(1);
        }
    }

    @Test
    void wipedVoterIsRefusedWhileTheOthersHoldALog() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", 6, 2);
            NodeProcess victim = cluster.node(2);
            victim.kill();
            delete(victim.dir());
            cluster.format(victim);

            victim.start();

            assertRefused(victim, "committed");
            cluster.awaitAllLedBy(1, 3);
        }
    }

    @Test
    void brokerOfAForeignClusterIsRefused() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 1, 0)) {
            NodeProcess stranger = stranger(cluster, 7, "stranger");
            Distribution.Result format = Distribution.run(
                    "storage",
                    "format",
                    "-c",
                    stranger.config().toString(),
                    "--cluster-id",
                    "00000000-1111-2222-3333-444444444444");
            assertThat(format.exitCode()).as(format.all()).isZero();
            stranger.start();
            assertRefused(stranger, "cluster");
            assertThat(cluster.brokers()).containsOnlyKeys(1);
        }
    }

    @Test
    void duplicateNodeIdIsRefusedAndTheFirstGoesOn() {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 1, 1)) {
            BrokerInfo before = cluster.broker(2);
            NodeProcess twin = cluster.variant(cluster.node(2), 2, "twin", Map.of());
            cluster.format(twin);
            twin.start();
            assertRefused(twin, "node.id 2 belongs");
            BrokerInfo after = cluster.broker(2);
            assertThat(after.getIncarnation()).isEqualTo(before.getIncarnation());
            assertThat(after.getState()).isEqualTo(before.getState());
        }
    }

    private static NodeProcess stranger(ProcessCluster cluster, int id, String name) {
        return cluster.variant(
                cluster.node(1),
                id,
                name,
                Map.of("process.roles", "broker", "controller.quorum.voters", "", "quorum.listener", ""));
    }

    private static void assertRefused(NodeProcess node, String word) {
        int exit = node.awaitExit(40);
        assertThat(exit).as(node.tail()).isNotZero();
        assertThat(node.output()).contains(word).doesNotContain("\tat ");
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
