package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.muster.it.lab.Skip;
import io.muster.it.lab.SmallDisk;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.ListResourcesRequest;
import io.muster.rpc.v1.ResourceInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A voter whose disk is full stops and says so; nothing that was acknowledged is lost, and it comes back with the space. */
class FullDiskIT {
    /** Two pieces that the log reserves ahead, and something to fill. */
    private static final int DISK_MB = 16;
    /** Enough entries to use up what was reserved before the disk was full. */
    private static final int ROUNDS_MAX = 200;

    private static final int MANY_PARTITIONS = 50_000;

    @TempDir
    Path dir;

    private SmallDisk diskOf(int node) {
        Optional<SmallDisk> disk = SmallDisk.mount(dir.resolve("data-" + node), DISK_MB);
        Skip.unless(disk.isPresent(), "a full disk needs the right to mount a tmpfs (root)");
        return disk.orElseThrow();
    }

    @Test
    void oneFullVoterOfThreeStopsAndTheOthersGoOn() {
        try (SmallDisk disk = diskOf(3);
                ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", 12, 2);
            NodeProcess full = cluster.node(3);

            disk.fill();
            for (int i = 0; i < ROUNDS_MAX && full.isAlive(); i++) {
                cluster.tryController(stub -> stub.createResource(resource("much", MANY_PARTITIONS, 2)));
                cluster.tryController(stub -> stub.deleteResource(delete("much")));
            }

            assertStopped(full);
            cluster.awaitAllLedBy(1, 2);
            cluster.create("after", 4, 2);

            disk.free();
            full.start();
            cluster.awaitUnfenced(1, 2, 3);
            cluster.awaitThat("voter 3 has all", () -> cluster.quorum().getMaxFollowerLag() == 0);
        }
    }

    @Test
    void aFullSingleVoterLosesNothingThatItAcknowledged() throws Exception {
        try (SmallDisk disk = diskOf(1);
                ProcessCluster cluster = ProcessCluster.start(dir, 1, 0)) {
            NodeProcess node = cluster.node(1);
            cluster.create("kept-before", 1, 1);
            List<String> acknowledged = new ArrayList<>(List.of("kept-before"));
            disk.fill();
            StatusRuntimeException refused = createUntilRefused(node, acknowledged);

            assertThat(refused.getStatus().getDescription()).isNotBlank().doesNotContain("Exception");
            assertStopped(node);

            disk.free();
            node.start();
            cluster.awaitUnfenced(1);
            assertThat(cluster.controller(stub -> stub.listResources(ListResourcesRequest.getDefaultInstance()))
                            .getResourcesList())
                    .extracting(ResourceInfo::getName)
                    .containsAll(acknowledged);
        }
    }

    private static StatusRuntimeException createUntilRefused(NodeProcess node, List<String> acknowledged)
            throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(node.host(), node.rpcPort())
                .usePlaintext()
                .build();
        try {
            for (int i = 0; i < ROUNDS_MAX; i++) {
                AdminServiceGrpc.AdminServiceBlockingStub admin =
                        AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
                admin.createResource(resource("kept-" + i, 1, 1));
                acknowledged.add("kept-" + i);
                admin.createResource(resource("much", MANY_PARTITIONS, 1));
                admin.deleteResource(delete("much"));
            }
            throw new AssertionError("the disk never became full");
        } catch (StatusRuntimeException e) {
            return e;
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private static CreateResourceRequest resource(String name, int partitions, int replicas) {
        return CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(replicas)
                .build();
    }

    private static DeleteResourceRequest delete(String name) {
        return DeleteResourceRequest.newBuilder().setName(name).build();
    }

    private static void assertStopped(NodeProcess node) {
        assertThat(node.awaitExit(60)).as(node.tail()).isEqualTo(1);
        assertThat(node.output()).as(node.tail()).doesNotContain("\tat ");
        assertThat(node.output().lines().filter(l -> l.startsWith("muster: ")))
                .as(node.tail())
                .hasSize(1)
                .allMatch(l -> l.toLowerCase(Locale.ROOT).contains("free space"));
    }
}
