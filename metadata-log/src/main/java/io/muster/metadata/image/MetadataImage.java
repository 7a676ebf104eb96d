package io.muster.metadata.image;

import com.google.protobuf.ByteString;
import io.muster.log.v1.Batch;
import java.util.Optional;
import java.util.PrimitiveIterator;
import org.jspecify.annotations.Nullable;
import org.organicdesign.fp.collections.PersistentHashMap;
import org.organicdesign.fp.collections.PersistentTreeMap;
import org.organicdesign.fp.collections.PersistentVector;
import org.roaringbitmap.RoaringBitmap;

/**
 * The immutable state that replaying the log yields: brokers, resources, partitions, and the answers kept for retries.
 *
 * <p>{@link #apply} is the only way to a next image, on the controller and on followers alike. Reading never locks; any
 * image may be kept for as long as it is wanted. Thread-safe.
 */
public final class MetadataImage {
    /** Answers kept for retries; the oldest is dropped when there are more. */
    public static final int MAX_KEPT_REQUESTS = 4096;

    /** The image before the first batch. */
    public static final MetadataImage EMPTY = new MetadataImage(
            "",
            0,
            0,
            0,
            PersistentTreeMap.empty(),
            PersistentTreeMap.empty(),
            PersistentHashMap.empty(),
            PersistentTreeMap.empty(),
            PersistentVector.empty(),
            new RoaringBitmap(),
            PartitionSets.EMPTY,
            PersistentHashMap.empty(),
            PersistentTreeMap.empty(),
            PersistentTreeMap.empty(),
            0);

    final String clusterId;
    final long nextOffset;
    final long controllerEpoch;
    final long timestampMs;
    final PersistentTreeMap<Integer, Broker> brokers;
    final PersistentTreeMap<Integer, BrokerWork> work;
    final PersistentHashMap<Long, Resource> resourcesById;
    final PersistentTreeMap<String, Resource> resourcesByName;
    final PersistentVector<@Nullable PartitionState> table;
    final RoaringBitmap freeSlots;
    final PartitionSets sets;
    final PersistentHashMap<String, KeptAnswer> answers;
    final PersistentTreeMap<Long, String> answersByOffset;
    final PersistentTreeMap<Integer, Suspect> suspects;
    final long fencingLiftedUntilMs;

    /** An answer kept for retries of its request. */
    record KeptAnswer(ByteString reply, long offset) {}

    MetadataImage(
            String clusterId,
            long nextOffset,
            long controllerEpoch,
            long timestampMs,
            PersistentTreeMap<Integer, Broker> brokers,
            PersistentTreeMap<Integer, BrokerWork> work,
            PersistentHashMap<Long, Resource> resourcesById,
            PersistentTreeMap<String, Resource> resourcesByName,
            PersistentVector<@Nullable PartitionState> table,
            RoaringBitmap freeSlots,
            PartitionSets sets,
            PersistentHashMap<String, KeptAnswer> answers,
            PersistentTreeMap<Long, String> answersByOffset,
            PersistentTreeMap<Integer, Suspect> suspects,
            long fencingLiftedUntilMs) {
        this.clusterId = clusterId;
        this.nextOffset = nextOffset;
        this.controllerEpoch = controllerEpoch;
        this.timestampMs = timestampMs;
        this.brokers = brokers;
        this.work = work;
        this.resourcesById = resourcesById;
        this.resourcesByName = resourcesByName;
        this.table = table;
        this.freeSlots = freeSlots;
        this.sets = sets;
        this.answers = answers;
        this.answersByOffset = answersByOffset;
        this.suspects = suspects;
        this.fencingLiftedUntilMs = fencingLiftedUntilMs;
    }

    /**
     * Applies one batch.
     *
     * @throws InvariantViolation if the batch is not the next one, or breaks invariant 4 or 6; this image is unchanged
     */
    public Applied apply(Batch batch) {
        return new ImageEditor(this).apply(batch);
    }

    /** The cluster's id; empty before the first batch. */
    public String clusterId() {
        return clusterId;
    }

    /** The number of batches applied: the offset that the next batch takes. */
    public long nextOffset() {
        return nextOffset;
    }

    /** The epoch of the last applied batch; 0 before the first. */
    public long controllerEpoch() {
        return controllerEpoch;
    }

    /** Wall time of the last applied batch, milliseconds since 1970. */
    public long timestampMs() {
        return timestampMs;
    }

    public Optional<Broker> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    /** All registered brokers, fenced ones too, in order of id. */
    public Iterable<Broker> brokers() {
        return brokers.values();
    }

    public int brokerCount() {
        return brokers.size();
    }

    /** What the broker holds; empty for an unknown broker. */
    public BrokerWork work(int broker) {
        BrokerWork held = work.get(broker);
        return held == null ? BrokerWork.EMPTY : held;
    }

    /** True if the broker leads no partition and releases none. */
    public boolean hasNothing(int broker) {
        if (work(broker).leaders() > 0) {
            return false;
        }
        PrimitiveIterator.OfInt unsettled = sets().unsettled();
        while (unsettled.hasNext()) {
            if (partitionAt(unsettled.nextInt()).releasing() == broker) {
                return false;
            }
        }
        return true;
    }

    public Optional<Resource> resource(String name) {
        return Optional.ofNullable(resourcesByName.get(name));
    }

    public Optional<Resource> resource(long id) {
        return Optional.ofNullable(resourcesById.get(id));
    }

    /** All resources in order of name. */
    public Iterable<Resource> resources() {
        return resourcesByName.values();
    }

    public int resourceCount() {
        return resourcesByName.size();
    }

    /** All partitions of all resources. */
    public long partitionCount() {
        return table.size() - freeSlots.getLongCardinality();
    }

    /** The partition, or empty if the resource or the number does not exist. */
    public Optional<PartitionState> partition(long resourceId, int partition) {
        Resource resource = resourcesById.get(resourceId);
        if (resource == null || partition < 0 || partition >= resource.partitions()) {
            return Optional.empty();
        }
        return Optional.of(partitionAt(resource.slotOf(partition)));
    }

    /**
     * The partition at a slot that is in use.
     *
     * @throws IllegalArgumentException if the slot is free
     */
    public PartitionState partitionAt(int slot) {
        PartitionState state = slot < 0 || slot >= table.size() ? null : table.get(slot);
        if (state == null) {
            throw new IllegalArgumentException("slot " + slot + " holds no partition");
        }
        return state;
    }

    /** Length of the partition table, free slots included. */
    public int tableSize() {
        return table.size();
    }

    /** True if {@code slot} holds a partition. */
    public boolean isUsed(int slot) {
        return slot >= 0 && slot < table.size() && !freeSlots.contains(slot);
    }

    /** Partitions that deserve a second look. */
    public PartitionSets sets() {
        return sets;
    }

    /** Partitions that are suspected of harming their owners, parked ones included, by slot; few. */
    public Iterable<Suspect> suspects() {
        return suspects.values();
    }

    public int suspectCount() {
        return suspects.size();
    }

    /** What the partition at {@code slot} is suspected of, if it is. */
    public Optional<Suspect> suspect(int slot) {
        return suspects.isEmpty() ? Optional.empty() : Optional.ofNullable(suspects.get(slot));
    }

    /** True if nobody may be granted the partition at {@code slot}. */
    public boolean isParked(int slot) {
        Suspect suspect = suspects.isEmpty() ? null : suspects.get(slot);
        return suspect != null && suspect.parked();
    }

    public int parkedCount() {
        int parked = 0;
        for (Suspect suspect : suspects.values()) {
            parked += suspect.parked() ? 1 : 0;
        }
        return parked;
    }

    /** Until when an operator has lifted the hold of fencing, milliseconds since 1970; 0 for never. */
    public long fencingLiftedUntilMs() {
        return fencingLiftedUntilMs;
    }

    /** The answer that was given to a request, if it is still kept. */
    public Optional<ByteString> answerTo(String requestId) {
        KeptAnswer kept = answers.get(requestId);
        return kept == null ? Optional.empty() : Optional.of(kept.reply());
    }

    /** Request ids with a kept answer, oldest first, with the offset of each. */
    public Iterable<java.util.Map.Entry<Long, String>> keptRequests() {
        return new java.util.ArrayList<>(answersByOffset.entrySet());
    }

    /**
     * The first slot of a run of {@code count} free slots: the lowest hole that fits, else the end of the table. The caller
     * writes it into the record, so that every replica uses the same.
     */
    public int allocateSlots(int count) {
        int start = -1;
        int length = 0;
        var free = freeSlots.getIntIterator();
        while (free.hasNext()) {
            int slot = free.next();
            if (start >= 0 && slot == start + length) {
                length++;
            } else {
                start = slot;
                length = 1;
            }
            if (length == count) {
                return start;
            }
        }
        return start >= 0 && start + length == table.size() ? start : table.size();
    }
}
