package io.muster.bench;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionChanges;
import io.muster.metadata.image.PartitionState;
import java.util.Arrays;
import java.util.List;

/**
 * Images of a given size to measure on, built by applying batches as a log would hold them. Brokers are numbered from 1, all
 * of them unfenced, every replica ready, the first replica leads. Deterministic.
 */
final class SampleCluster {
    private static final long EPOCH = 1;
    private static final long START_MS = 1_700_000_000_000L;

    private SampleCluster() {}

    /** {@code brokers} live brokers and nothing for them to do. */
    static MetadataImage ofBrokers(int brokers) {
        MetadataImage image = apply(
                MetadataImage.EMPTY,
                CauseKind.BOOTSTRAP,
                Record.newBuilder()
                        .setCluster(ClusterRecord.newBuilder().setClusterId("bench"))
                        .build());
        for (int id = 1; id <= brokers; id++) {
            long epoch = image.nextOffset();
            image = apply(image, CauseKind.BROKER_REGISTERED, registration(id));
            image = apply(image, CauseKind.BROKER_UNFENCED, unfenced(id, epoch));
        }
        return image;
    }

    /**
     * {@code brokers} live brokers that share {@code partitions} partitions in {@code resources} resources evenly.
     */
    static MetadataImage spread(int brokers, int resources, int partitions, int replicas) {
        MetadataImage image = ofBrokers(brokers);
        int each = partitions / resources;
        for (int r = 0; r < resources; r++) {
            image = apply(image, CauseKind.RESOURCE_CHANGE, resource("resource-" + r, image, each, replicas, 0));
        }
        return image;
    }

    /**
     * {@code brokers} live brokers and one resource of {@code led} partitions that broker 1 leads alone; the standbys are
     * spread over the others.
     */
    static MetadataImage ledByOne(int brokers, int led, int replicas) {
        MetadataImage image = ofBrokers(brokers);
        return apply(image, CauseKind.RESOURCE_CHANGE, resource("orders", image, led, replicas, 1));
    }

    /** A resource placed round robin with a stride that grows, so that standbys of one leader are on all brokers. */
    static Record resource(String name, MetadataImage image, int partitions, int replicas, int onlyLeader) {
        int brokers = image.brokerCount();
        ResourceRecord.Builder record = ResourceRecord.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicationFactor(replicas)
                .setStateKind(StateKind.STATE_NONE)
                .setOwnership(OwnershipMode.LEASED)
                .setFirstSlot(image.allocateSlots(partitions));
        for (int p = 0; p < partitions; p++) {
            int[] placed = onlyLeader == 0 ? strided(p, brokers, replicas) : behind(onlyLeader, p, brokers, replicas);
            for (int broker : placed) {
                record.addReplicas(broker);
            }
            record.addLeaders(placed[0]);
        }
        return Record.newBuilder().setResource(record).build();
    }

    private static int[] strided(int partition, int brokers, int replicas) {
        int[] placed = new int[replicas];
        int stride = brokers <= replicas ? 1 : 1 + partition / brokers % ((brokers - 1) / Math.max(1, replicas - 1));
        Arrays.setAll(placed, i -> 1 + (partition + i * stride) % brokers);
        return placed;
    }

    private static int[] behind(int leader, int partition, int brokers, int replicas) {
        int[] placed = new int[replicas];
        placed[0] = leader;
        for (int i = 1; i < replicas; i++) {
            int other = 1 + (partition + i - 1) % (brokers - 1);
            placed[i] = other < leader ? other : other + 1;
        }
        return placed;
    }

    /** A batch in which {@code count} partitions, {@code step} slots apart, get their second replica as leader. */
    static Batch leadersMoved(MetadataImage image, int count, int step) {
        PartitionChanges changes = new PartitionChanges(image);
        for (int i = 0; i < count; i++) {
            PartitionState state = image.partitionAt(i * step);
            int next = state.leader() == state.replica(0) ? state.replica(1) : state.replica(0);
            changes.put(state.edit().leader(next).build());
        }
        return batch(
                image,
                CauseKind.BALANCE,
                List.of(Record.newBuilder()
                        .setPartitionChanges(changes.toRecord())
                        .build()));
    }

    /** The batch that holds {@code records} and comes next after {@code image}. */
    static Batch batch(MetadataImage image, CauseKind kind, List<Record> records) {
        return Batch.newBuilder()
                .setControllerEpoch(EPOCH)
                .setBaseOffset(image.nextOffset())
                .setTimestampMs(START_MS + image.nextOffset())
                .setCause(
                        Cause.newBuilder().setKind(kind).setActor("controller").setSentence("measured"))
                .addAllRecords(records)
                .build();
    }

    private static MetadataImage apply(MetadataImage image, CauseKind kind, Record record) {
        return image.apply(batch(image, kind, List.of(record))).after();
    }

    static Record registration(int id) {
        return Record.newBuilder().setBroker(brokerRecord(id)).build();
    }

    static BrokerRecord brokerRecord(int id) {
        return BrokerRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnation("incarnation-" + id)
                .setDirectoryId("directory-" + id)
                .setHost("127.0.0.1")
                .setPort(10_000 + id)
                .setRack("rack-" + id % 3)
                .setCapacity(100)
                .setMinFormatLevel(1)
                .setMaxFormatLevel(1)
                .build();
    }

    private static Record unfenced(int id, long epoch) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setState(BrokerState.UNFENCED))
                .build();
    }
}
