package io.muster.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRemovedRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check of the image fails on a batch that breaks it, and the image stays as it was. */
class ImageInvariantsTest {
    private static ImageFixture cluster() {
        ImageFixture cluster = ImageFixture.cluster(3);
        cluster.apply(cluster.state(3, BrokerState.FENCED));
        cluster.apply(cluster.resource("orders", new int[] {1, 2}, new int[] {2, 3}));
        cluster.apply(ImageFixture.request("asked", "answer"));
        return cluster;
    }

    static Stream<Arguments> badBatches() {
        ImageFixture c = cluster();
        long next = c.image().nextOffset();
        Map<String, Batch> bad = new LinkedHashMap<>();
        bad.put("does not follow", ImageFixture.batchAt(next + 1, 1, ImageFixture.broker(9, "x")));
        bad.put("invariant 1", ImageFixture.batchAt(next, 0, ImageFixture.broker(9, "x")));
        bad.put("does not know", c.batch(Record.getDefaultInstance()));
        bad.put(
                "already has the id",
                c.batch(Record.newBuilder()
                        .setCluster(ClusterRecord.newBuilder().setClusterId("c2"))
                        .build()));
        bad.put("it is parked and has a leader", c.batch(ImageFixture.suspect(0, 3, true)));
        bad.put("it is parked without a reason", c.batch(ImageFixture.suspect(0, 0, true)));
        bad.put("holds no partition", c.batch(ImageFixture.suspect(77, 1, false)));
        bad.put("names broker 1", c.batch(ImageFixture.stateAt(1, 999, BrokerState.FENCED)));
        bad.put("unknown state", c.batch(c.state(1, BrokerState.BROKER_STATE_UNSPECIFIED)));
        bad.put("is fenced and leads", c.batch(c.state(1, BrokerState.FENCED)));
        bad.put("registered at offset", c.batch(ImageFixture.broker(3, "i2"), ImageFixture.broker(3, "i3")));
        bad.put("a new incarnation that leads", c.batch(ImageFixture.broker(1, "i2")));
        bad.put(
                "still holds replicas",
                c.batch(ImageFixture.removed(
                        3, c.image().broker(3).orElseThrow().epoch())));
        bad.put("exists already", c.batch(c.resource("orders", new int[] {1})));
        bad.put("unknown broker", c.batch(c.resource("new", new int[] {1, 9})));
        bad.put("two resources created", c.batch(c.resource("x", new int[] {1}), c.resource("y", new int[] {1})));
        bad.put("do not fit", c.batch(edited(c.resource("x", new int[] {1}), 2, 1)));
        bad.put("0 replicas", c.batch(edited(c.resource("x", new int[] {1}), 1, 0)));
        bad.put("is in use", c.batch(atSlot(c.resource("x", new int[] {1}), 1)));
        bad.put("is beyond the table", c.batch(atSlot(c.resource("x", new int[] {1}), 7)));
        bad.put(
                "does not exist and cannot",
                c.batch(Record.newBuilder()
                        .setResourceRemoved(ResourceRemovedRecord.newBuilder().setResourceId(77))
                        .build()));
        bad.put("leader is not ready", c.batch(c.change(0, e -> e.ready(1, false))));
        bad.put("a new leader that is no replica", c.batch(c.change(0, e -> e.leader(3))));
        bad.put(
                "led by a broker that is fenced",
                c.batch(c.change(1, e -> e.ready(3, true).leader(3))));
        bad.put(
                "before the last one released",
                c.batch(c.change(0, e -> e.releasing(1).leader(2))));
        bad.put("holds two replicas", c.batch(c.change(0, e -> e.replicas(1, 1))));
        bad.put(
                "a replica list of length 32",
                c.batch(ImageFixture.changes(PartitionChangesRecord.newBuilder()
                        .addSlotDeltas(0)
                        .addReplicaCounts(32)
                        .build())));
        bad.put("holds no partition", c.batch(rows(5, 1)));
        bad.put("granted twice", c.batch(c.change(0, e -> e.leader(2)), rows(0, 1)));
        bad.put(
                "column leaders has",
                c.batch(ImageFixture.changes(PartitionChangesRecord.newBuilder()
                        .addSlotDeltas(0)
                        .addLeaders(1)
                        .addLeaders(1)
                        .build())));
        bad.put(
                "do not ascend",
                c.batch(ImageFixture.changes(PartitionChangesRecord.newBuilder()
                        .addSlotDeltas(0)
                        .addSlotDeltas(0)
                        .build())));
        bad.put(
                "does not fit replica_counts",
                c.batch(ImageFixture.changes(PartitionChangesRecord.newBuilder()
                        .addSlotDeltas(0)
                        .addReplicaCounts(2)
                        .addReplicas(1)
                        .build())));
        bad.put(
                "names replicas it does not have",
                c.batch(ImageFixture.changes(PartitionChangesRecord.newBuilder()
                        .addSlotDeltas(0)
                        .addReadyMasks(7)
                        .build())));
        bad.put("two requests answered", c.batch(ImageFixture.request("a", ""), ImageFixture.request("b", "")));
        return bad.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badBatches")
    void isRefusedAndChangesNothing(String why, Batch batch) {
        MetadataImage image = cluster().image();
        byte[] before = ImageFixture.bytes(image);

        assertThatThrownBy(() -> image.apply(batch))
                .isInstanceOf(InvariantViolation.class)
                .satisfies(e -> {
                    if (!why.startsWith("a new")) {
                        assertThat(e).hasMessageContaining(why);
                    }
                });

        assertThat(ImageFixture.bytes(image)).isEqualTo(before);
        assertThat(image.work(1).leaders()).isEqualTo(1);
        assertThat(image.sets().notReadyCount()).isEqualTo(1);
    }

    private static Record rows(int slot, int leader) {
        return ImageFixture.changes(PartitionChangesRecord.newBuilder()
                .addSlotDeltas(slot)
                .addLeaders(leader)
                .build());
    }

    private static Record edited(Record resource, int partitions, int factor) {
        return resource.toBuilder()
                .setResource(resource.getResource().toBuilder()
                        .setPartitions(partitions)
                        .setReplicationFactor(factor))
                .build();
    }

    private static Record atSlot(Record resource, int slot) {
        return resource.toBuilder()
                .setResource(resource.getResource().toBuilder().setFirstSlot(slot))
                .build();
    }
}
