package io.muster.metadata.image;

import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.RequestRecord;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.SnapshotChunk;
import io.muster.log.v1.SnapshotHeader;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Writes an image as the pieces of a snapshot. The same image always yields the same bytes (invariant 2), which is also how
 * images are compared. Stateless.
 */
public final class ImageWriter {
    /** Partitions in one piece. */
    private static final int PARTITIONS_PER_CHUNK = 8192;

    private ImageWriter() {}

    public static SnapshotHeader header(MetadataImage image, int formatLevel) {
        return SnapshotHeader.newBuilder()
                .setFormatLevel(formatLevel)
                .setClusterId(image.clusterId())
                .setNextOffset(image.nextOffset())
                .setControllerEpoch(image.controllerEpoch())
                .setTimestampMs(image.timestampMs())
                .setBrokers(image.brokerCount())
                .setResources(image.resourceCount())
                .setPartitions(image.partitionCount())
                .setTableSize(image.tableSize())
                .setFencingLiftedUntilMs(image.fencingLiftedUntilMs())
                .build();
    }

    /** Hands every piece to {@code out}: brokers, resources, partitions, suspects, kept answers. */
    public static void write(MetadataImage image, Consumer<SnapshotChunk> out) {
        for (Broker broker : image.brokers()) {
            out.accept(SnapshotChunk.newBuilder().setBroker(broker.toRecord()).build());
        }
        for (Resource resource : image.resources()) {
            out.accept(SnapshotChunk.newBuilder().setResource(record(resource)).build());
        }
        writePartitions(image, out);
        for (Suspect suspect : image.suspects()) {
            out.accept(SnapshotChunk.newBuilder().setSuspect(suspect.toRecord()).build());
        }
        for (Map.Entry<Long, String> kept : image.keptRequests()) {
            out.accept(SnapshotChunk.newBuilder()
                    .setRequest(RequestRecord.newBuilder()
                            .setRequestId(kept.getValue())
                            .setReply(image.answerTo(kept.getValue()).orElseThrow())
                            .setOffset(kept.getKey()))
                    .build());
        }
    }

    private static ResourceRecord record(Resource resource) {
        return ResourceRecord.newBuilder()
                .setName(resource.name())
                .setResourceId(resource.id())
                .setPartitions(resource.partitions())
                .setReplicationFactor(resource.replicationFactor())
                .setStateKind(resource.stateKind())
                .setOwnership(resource.ownership())
                .setFirstSlot(resource.firstSlot())
                .putAllRequiredTags(new TreeMap<>(resource.requiredTags()))
                .build();
    }

    private static void writePartitions(MetadataImage image, Consumer<SnapshotChunk> out) {
        PartitionChangesRecord.Builder rows = PartitionChangesRecord.newBuilder();
        int previous = 0;
        for (PartitionState state : image.table) {
            if (state == null) {
                continue;
            }
            PartitionChanges.appendWhole(rows, state, previous);
            previous = state.slot();
            if (rows.getSlotDeltasCount() == PARTITIONS_PER_CHUNK) {
                out.accept(SnapshotChunk.newBuilder().setPartitions(rows).build());
                rows = PartitionChangesRecord.newBuilder();
                previous = 0;
            }
        }
        if (rows.getSlotDeltasCount() > 0) {
            out.accept(SnapshotChunk.newBuilder().setPartitions(rows).build());
        }
    }
}
