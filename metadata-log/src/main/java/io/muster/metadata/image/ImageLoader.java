package io.muster.metadata.image;

import static io.muster.metadata.image.InvariantViolation.check;

import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.SnapshotChunk;
import io.muster.log.v1.SnapshotHeader;
import java.util.Map;
import java.util.TreeMap;

/**
 * Builds an image from the pieces of a snapshot, in the order in which {@link ImageWriter} wrote them. Not thread-safe.
 */
public final class ImageLoader {
    private final SnapshotHeader header;
    private final ImageEditor editor = new ImageEditor(MetadataImage.EMPTY);
    private final TreeMap<Integer, Resource> byFirstSlot = new TreeMap<>();

    public ImageLoader(SnapshotHeader header) {
        this.header = header;
        if (!header.getClusterId().isEmpty()) {
            editor.cluster(header.getClusterId());
        }
        editor.liftFencing(header.getFencingLiftedUntilMs());
        editor.partitions.reserve(header.getTableSize());
    }

    /** @throws InvariantViolation if the piece contradicts what came before */
    public void add(SnapshotChunk chunk) {
        switch (chunk.getContentCase()) {
            case BROKER -> editor.restore(Broker.restored(chunk.getBroker()));
            case RESOURCE -> {
                Resource resource = editor.addResource(
                        chunk.getResource(), chunk.getResource().getResourceId());
                byFirstSlot.put(resource.firstSlot(), resource);
            }
            case PARTITIONS -> partitions(chunk.getPartitions());
            case REQUEST ->
                editor.request(chunk.getRequest(), chunk.getRequest().getOffset());
            case SUSPECT -> editor.suspect(chunk.getSuspect());
            case CONTENT_NOT_SET ->
                throw new InvariantViolation(
                        "the snapshot holds a piece that this version does not know; upgrade this node before it reads it");
        }
    }

    private void partitions(PartitionChangesRecord record) {
        ChangeColumns columns = new ChangeColumns(record);
        while (columns.next()) {
            Map.Entry<Integer, Resource> owner = byFirstSlot.floorEntry(columns.slot());
            check(
                    owner != null
                            && columns.slot() - owner.getKey()
                                    < owner.getValue().partitions(),
                    "snapshot: slot %d belongs to no resource",
                    columns.slot());
            if (owner != null) {
                editor.partitions.insert(columns.whole(owner.getValue()));
            }
        }
    }

    /** @throws InvariantViolation if pieces are missing */
    public MetadataImage finish() {
        MetadataImage image =
                editor.build(header.getNextOffset(), header.getControllerEpoch(), header.getTimestampMs());
        check(
                image.brokerCount() == header.getBrokers()
                        && image.resourceCount() == header.getResources()
                        && image.partitionCount() == header.getPartitions(),
                "snapshot at offset %d lacks brokers, resources or partitions that its header counts",
                header.getNextOffset());
        return image;
    }
}
