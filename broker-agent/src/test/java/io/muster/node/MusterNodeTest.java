package io.muster.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.muster.error.MusterException;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.node.config.NodeConfig;
import io.muster.node.config.NodeConfigReader;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.DescribeResourceRequest;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.ReleasePartitionRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MusterNodeTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    @Test
    void oneNodeStartsWorksStopsAndStartsAgain() throws Exception {
        try (LocalCluster cluster = new LocalCluster(dir, 1, 0)) {
            cluster.start(1);
            assertThat(cluster.node(1).awaitUnfenced(SOON)).isTrue();
            create(cluster, "orders", 10, 1);
            await().atMost(SOON).until(() -> cluster.led() == 10);
            assertThat(get(cluster.httpPort(1), "/readyz?verbose"))
                    .contains("[+]broker_unfenced ok")
                    .contains("passed");
            assertThat(get(cluster.httpPort(1), "/livez")).isEqualTo("ok\n");
            String metrics = get(cluster.httpPort(1), "/metrics");
            assertThat(Promtool.complaints(metrics)).isEmpty();
            assertThat(metrics)
                    .contains("muster_raft_state{state=\"leader\"} 1")
                    .containsPattern("muster_metadata_last_applied_offset [1-9]")
                    .contains("muster_controller_active 1");
            cluster.stop(1);
            assertThat(cluster.led()).isZero();

            cluster.start(1);
            assertThat(cluster.node(1).awaitUnfenced(SOON)).isTrue();
            await().atMost(SOON).until(() -> cluster.led() == 10);
            cluster.admin()
                    .deleteResource(
                            DeleteResourceRequest.newBuilder().setName("orders").build());
            await().atMost(SOON).until(() -> cluster.led() == 0);
            assertThat(cluster.failures).isEmpty();
        }
    }

    @Test
    void aPartitionThatCannotBeLedIsParkedAndReleasedWhenItIsCured() throws Exception {
        try (LocalCluster cluster = new LocalCluster(dir, 1, 1)) {
            cluster.start(1, 2);
            for (MusterNode node : cluster.nodes.values()) {
                assertThat(node.awaitUnfenced(SOON)).isTrue();
            }
            cluster.work(1).broken = 7;
            cluster.work(2).broken = 7;
            create(cluster, "orders", 10, 1);
            ListPartitionsRequest parked =
                    ListPartitionsRequest.newBuilder().setParked(true).build();
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> cluster.admin().listPartitions(parked).next().getPartitionsCount() == 1);
            assertThat(cluster.admin().listPartitions(parked).next().getPartitions(0))
                    .satisfies(p -> assertThat(p.getPartition()).isEqualTo(7))
                    .satisfies(p -> assertThat(p.getPhase()).isIn("parked", "handing over"))
                    .satisfies(
                            p -> assertThat(p.getReason()).containsPattern("Broker [12] failed to lead it.*damaged"));
            assertThat(cluster.led()).isEqualTo(9);
            assertThat(get(cluster.httpPort(1), "/metrics")).contains("muster_partitions{state=\"parked\"} 1");

            cluster.work(1).broken = -1;
            cluster.work(2).broken = -1;
            ReleasePartitionRequest release = ReleasePartitionRequest.newBuilder()
                    .setResource("orders")
                    .setPartition(7)
                    .build();
            assertThat(cluster.admin().releasePartition(release).getMessage()).startsWith("orders/7 was released");
            await().atMost(SOON).until(() -> cluster.led() == 10);
        }
    }

    @Test
    void workOfADeadNodeMovesToTheOthers() throws Exception {
        try (LocalCluster cluster = new LocalCluster(dir, 3, 1)) {
            cluster.start(1, 2, 3, 4);
            for (MusterNode node : cluster.nodes.values()) {
                assertThat(node.awaitUnfenced(SOON)).isTrue();
            }
            create(cluster, "orders", 60, 2);
            await().atMost(SOON).until(() -> cluster.led() == 60);

            cluster.kill(4);
            await().atMost(SOON).until(() -> cluster.led() == 60);
            cluster.start(4);
            await().atMost(SOON).until(() -> isFullyReady(cluster, "orders"));

            int controller = cluster.controller();
            cluster.kill(controller);
            await().atMost(SOON).until(() -> cluster.led() == 60);
            cluster.start(controller);
            await().atMost(SOON).until(() -> isFullyReady(cluster, "orders"));

            cluster.stop(cluster.controller());
            await().atMost(SOON).until(() -> cluster.led() == 60);
            assertThat(cluster.failures).isEmpty();
        }
    }

    @Test
    void votersThatAreNoBrokersLeadBrokersThatAreNoVoters() throws Exception {
        try (LocalCluster cluster = new LocalCluster(dir, 3, 2, "controller")) {
            cluster.start(1, 2, 3, 4, 5);
            for (MusterNode node : cluster.nodes.values()) {
                assertThat(node.awaitUnfenced(SOON)).isTrue();
            }
            create(cluster, "orders", 20, 2);
            await().atMost(SOON).until(() -> cluster.led() == 20);

            int first = cluster.controller();
            cluster.kill(first);
            await().atMost(SOON)
                    .until(() -> cluster.describe(4).getAppliedOffset() > 0 && cluster.controller() != first);
            int second = cluster.controller();
            int follower = 6 - first - second;
            await().atMost(SOON)
                    .until(() ->
                            cluster.describe(follower).getController().equals("127.0.0.1:" + cluster.rpcPort(second)));
            cluster.kill(5);
            await().atMost(SOON).until(() -> cluster.led() == 20);
            assertThat(cluster.failures).isEmpty();
        }
    }

    @Test
    void aVoterWhoseDirectoryWasFormattedAnewMayNotVote() throws Exception {
        try (LocalCluster cluster = new LocalCluster(dir, 3, 0)) {
            cluster.start(1, 2, 3);
            for (MusterNode node : cluster.nodes.values()) {
                assertThat(node.awaitUnfenced(SOON)).isTrue();
            }
            cluster.stop(3);
            cluster.formatAnew(3);
            cluster.start(3);
            assertThat(cluster.node(3).awaitExit().reason())
                    .contains("log of voter 3 is blank", "Restore the directory");
            assertThat(cluster.failures.get(3)).extracting(NodeExit::code).isEqualTo(1);
            assertThat(cluster.failures).containsOnlyKeys(3);
        }
    }

    @Test
    void whatKeepsANodeFromStartingIsToldInASentence() {
        try (LocalCluster cluster = new LocalCluster(dir, 1, 0)) {
            assertThat(refusal(cluster, Map.of("log.dir", dir.resolve("absent").toString())))
                    .contains("is not formatted", "muster storage format");
            assertThat(refusal(cluster, Map.of("node.id", "2", "controller.quorum.voters", "2@127.0.0.1:1")))
                    .contains("formatted for node id 1");
            cluster.start(1);
            assertThat(refusal(cluster, Map.of())).contains("in use by another process");
            StorageDirectory.format(dir.resolve("other"), LocalCluster.CLUSTER_ID, 1, false);
            assertThat(refusal(cluster, Map.of("log.dir", dir.resolve("other").toString())))
                    .contains("Cannot listen on listener", "choose another");
        }
    }

    private static String refusal(LocalCluster cluster, Map<String, String> overrides) {
        NodeConfig config = NodeConfigReader.read(cluster.config(1), overrides);
        return String.valueOf(catchThrowableOfType(
                        MusterException.class, () -> MusterNode.start(config, new LedPartitions(), exit -> {}))
                .getMessage());
    }

    private static boolean isFullyReady(LocalCluster cluster, String name) {
        try {
            var request = DescribeResourceRequest.newBuilder().setName(name).build();
            return cluster.admin().describeResource(request).getResource().getUnderReplicated() == 0;
        } catch (StatusRuntimeException e) {
            return false; // the controller is changing
        }
    }

    private static void create(LocalCluster cluster, String name, int partitions, int replicas) {
        cluster.admin()
                .createResource(CreateResourceRequest.newBuilder()
                        .setName(name)
                        .setPartitions(partitions)
                        .setReplicas(replicas)
                        .build());
    }

    private static String get(int port, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
