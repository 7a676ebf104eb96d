package io.muster.agent.script;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.ResourceRemovedRecord;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionChanges;
import io.muster.metadata.image.PartitionEdit;
import io.muster.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Writes a metadata log by hand, in the words of the records, and keeps the image it yields. Not thread-safe. */
public final class LogScript {
    public static final String CLUSTER = "test-cluster";

    private final List<Batch> batches = new ArrayList<>();
    private MetadataImage image = MetadataImage.EMPTY;
    /** Of the resources to be created. */
    public OwnershipMode ownership = OwnershipMode.LEASED;

    /** Begins with the bootstrap batch. */
    public LogScript() {
        append(Record.newBuilder()
                .setCluster(ClusterRecord.newBuilder().setClusterId(CLUSTER))
                .build());
    }

    public MetadataImage image() {
        return image;
    }

    /** Everything appended so far. */
    public List<Batch> batches() {
        return List.copyOf(batches);
    }

    public Applied append(Record... records) {
        Batch batch = Batch.newBuilder()
                .setControllerEpoch(1)
                .setBaseOffset(image.nextOffset())
                .setTimestampMs(image.nextOffset())
                .addAllRecords(List.of(records))
                .build();
        Applied applied = image.apply(batch);
        batches.add(batch);
        image = applied.after();
        return applied;
    }

    public Applied register(int id, String incarnation) {
        return append(Record.newBuilder()
                .setBroker(BrokerRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnation(incarnation)
                        .setDirectoryId("dir-" + id)
                        .setHost("host" + id)
                        .setPort(7000 + id)
                        .setCapacity(100))
                .build());
    }

    public long epoch(int id) {
        return image.broker(id).orElseThrow().epoch();
    }

    public Record state(int id, BrokerState state) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch(id))
                        .setState(state)
                        .setReason("test says " + state))
                .build();
    }

    public Applied setState(int id, BrokerState state) {
        return append(state(id, state));
    }

    /** A resource whose partitions all have these replicas, led by {@code leader}, -1 for none. */
    public Applied create(String name, StateKind kind, int partitions, int leader, int... replicas) {
        ResourceRecord.Builder resource = ResourceRecord.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicationFactor(replicas.length)
                .setStateKind(kind)
                .setOwnership(ownership)
                .setFirstSlot(image.allocateSlots(partitions));
        for (int p = 0; p < partitions; p++) {
            for (int replica : replicas) {
                resource.addReplicas(replica);
            }
            resource.addLeaders(leader);
        }
        return append(Record.newBuilder().setResource(resource).build());
    }

    public Applied delete(String name) {
        return append(Record.newBuilder()
                .setResourceRemoved(ResourceRemovedRecord.newBuilder()
                        .setResourceId(image.resource(name).orElseThrow().id()))
                .build());
    }

    /** Changes every partition of a resource, together with other records. */
    public Applied change(String name, UnaryOperator<PartitionEdit> edit, Record... with) {
        PartitionChanges changes = new PartitionChanges(image);
        var resource = image.resource(name).orElseThrow();
        for (int p = 0; p < resource.partitions(); p++) {
            changes.put(edit.apply(changes.edit(resource.slotOf(p))));
        }
        Record[] records = java.util.Arrays.copyOf(with, with.length + 1);
        records[with.length] =
                Record.newBuilder().setPartitionChanges(changes.toRecord()).build();
        return append(records);
    }

    public PartitionState at(String resource, int partition) {
        return image.partition(image.resource(resource).orElseThrow().id(), partition)
                .orElseThrow();
    }
}
