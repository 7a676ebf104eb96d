package io.muster.metadata.image;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerRemovedRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.FencingLiftRecord;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.RequestRecord;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.ResourceRemovedRecord;
import io.muster.log.v1.SnapshotChunk;
import io.muster.log.v1.StateKind;
import io.muster.log.v1.SuspectRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Builds images for tests in the words of the log. Holds the newest image; not thread-safe. */
public final class ImageFixture {
    private MetadataImage image = MetadataImage.EMPTY;

    public MetadataImage image() {
        return image;
    }

    /** A cluster of unfenced brokers 1 to {@code brokers}. */
    public static ImageFixture cluster(int brokers) {
        ImageFixture fixture = new ImageFixture();
        fixture.apply(Record.newBuilder()
                .setCluster(ClusterRecord.newBuilder().setClusterId("c1"))
                .build());
        for (int id = 1; id <= brokers; id++) {
            fixture.apply(broker(id, "i1"));
            fixture.apply(fixture.state(id, BrokerState.UNFENCED));
        }
        return fixture;
    }

    public Batch batch(Record... records) {
        return batchAt(image.nextOffset(), 1, records);
    }

    public static Batch batchAt(long offset, long epoch, Record... records) {
        return Batch.newBuilder()
                .setControllerEpoch(epoch)
                .setBaseOffset(offset)
                .setTimestampMs(1000 + offset)
                .addAllRecords(List.of(records))
                .build();
    }

    public Applied apply(Record... records) {
        Applied applied = image.apply(batch(records));
        image = applied.after();
        return applied;
    }

    public static Record broker(int id, String incarnation) {
        return Record.newBuilder()
                .setBroker(BrokerRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnation(incarnation)
                        .setDirectoryId("d" + id)
                        .setHost("h" + id)
                        .setPort(1)
                        .putTags("b", "2")
                        .putTags("a", "1")
                        .setCapacity(100))
                .build();
    }

    public Record state(int id, BrokerState state) {
        return stateAt(id, image.broker(id).orElseThrow().epoch(), state);
    }

    public static Record stateAt(int id, long epoch, BrokerState state) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setState(state)
                        .setReason("test"))
                .build();
    }

    public static Record removed(int id, long epoch) {
        return Record.newBuilder()
                .setBrokerRemoved(
                        BrokerRemovedRecord.newBuilder().setBrokerId(id).setBrokerEpoch(epoch))
                .build();
    }

    /** A resource whose partitions take the given replica lists, each led by its first replica. */
    public Record resource(String name, int[]... replicas) {
        ResourceRecord.Builder record = ResourceRecord.newBuilder()
                .setName(name)
                .setPartitions(replicas.length)
                .setReplicationFactor(replicas[0].length)
                .setStateKind(StateKind.STATE_NONE)
                .setOwnership(OwnershipMode.LEASED)
                .setFirstSlot(image.allocateSlots(replicas.length));
        for (int[] list : replicas) {
            for (int broker : list) {
                record.addReplicas(broker);
            }
            record.addLeaders(list[0]);
        }
        return Record.newBuilder().setResource(record).build();
    }

    public Record resourceRemoved(String name) {
        return Record.newBuilder()
                .setResourceRemoved(ResourceRemovedRecord.newBuilder()
                        .setResourceId(image.resource(name).orElseThrow().id()))
                .build();
    }

    public static Record request(String id, String reply) {
        return Record.newBuilder()
                .setRequest(RequestRecord.newBuilder()
                        .setRequestId(id)
                        .setReply(com.google.protobuf.ByteString.copyFromUtf8(reply)))
                .build();
    }

    /** A change of one slot. */
    public Record change(int slot, UnaryOperator<PartitionEdit> edit) {
        PartitionChanges changes = new PartitionChanges(image);
        changes.put(edit.apply(changes.edit(slot)));
        return changes(changes.toRecord());
    }

    /** The partition at {@code slot} is suspected, or no longer with 0 strikes. */
    public static Record suspect(int slot, int strikes, boolean parked) {
        return Record.newBuilder()
                .setSuspect(SuspectRecord.newBuilder()
                        .setSlot(slot)
                        .setStrikes(strikes)
                        .setLastMs(1000L * strikes)
                        .setLastEpoch(strikes)
                        .setParked(parked)
                        .setReason("lead failed")
                        .setLastOwner(strikes))
                .build();
    }

    public static Record liftFencing(long untilMs) {
        return Record.newBuilder()
                .setFencingLift(FencingLiftRecord.newBuilder().setUntilMs(untilMs))
                .build();
    }

    public static Record changes(PartitionChangesRecord record) {
        return Record.newBuilder().setPartitionChanges(record).build();
    }

    public PartitionState at(String resource, int partition) {
        return image.partition(image.resource(resource).orElseThrow().id(), partition)
                .orElseThrow();
    }

    /** The image as the bytes of its snapshot. */
    public static byte[] bytes(MetadataImage image) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageWriter.header(image, 1).writeDelimitedTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ImageWriter.write(image, chunk -> {
            try {
                chunk.writeDelimitedTo(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return out.toByteArray();
    }

    /** The image after a trip through a snapshot. */
    public static MetadataImage reloaded(MetadataImage image) {
        List<SnapshotChunk> chunks = new ArrayList<>();
        ImageWriter.write(image, chunks::add);
        ImageLoader loader = new ImageLoader(ImageWriter.header(image, 1));
        chunks.forEach(loader::add);
        return loader.finish();
    }
}
