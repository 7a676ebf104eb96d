package io.muster.metadata.image;

import static io.muster.metadata.image.InvariantViolation.check;
import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerRemovedRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.Cause;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.RequestRecord;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.ResourceRemovedRecord;
import io.muster.log.v1.SuspectRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.organicdesign.fp.collections.PersistentHashMap;
import org.organicdesign.fp.collections.PersistentTreeMap;

/**
 * Replays records on top of an image. Lives for one batch (or one snapshot load); not thread-safe. Every check names the
 * invariant it keeps; a check that fails leaves the image it started from untouched.
 */
final class ImageEditor {
    private final MetadataImage before;
    private String clusterId;
    private PersistentTreeMap<Integer, Broker> brokers;
    private PersistentHashMap<Long, Resource> resourcesById;
    private PersistentTreeMap<String, Resource> resourcesByName;
    private PersistentHashMap<String, MetadataImage.KeptAnswer> answers;
    private PersistentTreeMap<Long, String> answersByOffset;
    private PersistentTreeMap<Integer, Suspect> suspects;
    private long fencingLiftedUntilMs;
    final PartitionTableEditor partitions;

    private final Map<Integer, @Nullable Broker> brokersBefore = new LinkedHashMap<>();
    /** {@link #brokers} as far as partitions asked for them: saves a tree lookup for each. Emptied when a broker changes. */
    private IntTable<Broker> asked = new IntTable<>();

    private final List<Resource> created = new ArrayList<>();
    private final List<Resource> removed = new ArrayList<>();

    ImageEditor(MetadataImage before) {
        this.before = before;
        this.clusterId = before.clusterId;
        this.brokers = before.brokers;
        this.resourcesById = before.resourcesById;
        this.resourcesByName = before.resourcesByName;
        this.answers = before.answers;
        this.answersByOffset = before.answersByOffset;
        this.suspects = before.suspects;
        this.fencingLiftedUntilMs = before.fencingLiftedUntilMs;
        this.partitions = new PartitionTableEditor(before);
    }

    Applied apply(Batch batch) {
        long offset = batch.getBaseOffset();
        check(offset == before.nextOffset, "batch at offset %d does not follow %d", offset, before.nextOffset - 1);
        check(
                batch.getControllerEpoch() >= before.controllerEpoch,
                "invariant 1: batch at offset %d of epoch %d comes after epoch %d",
                offset,
                batch.getControllerEpoch(),
                before.controllerEpoch);
        for (Record record : batch.getRecordsList()) {
            replay(record, offset, batch.getTimestampMs(), batch.getCause());
        }
        checkFencedLeadNothing();
        checkParkedAreUnled();
        MetadataImage after =
                build(offset + 1, batch.getControllerEpoch(), Math.max(batch.getTimestampMs(), before.timestampMs));
        return new Applied(batch, before, after, delta());
    }

    MetadataImage build(long nextOffset, long controllerEpoch, long timestampMs) {
        return new MetadataImage(
                clusterId,
                nextOffset,
                controllerEpoch,
                timestampMs,
                brokers,
                partitions.work(),
                resourcesById,
                resourcesByName,
                partitions.table(),
                partitions.freeSlots(),
                partitions.sets(),
                answers,
                answersByOffset,
                suspects,
                fencingLiftedUntilMs);
    }

    private void replay(Record record, long offset, long timestampMs, Cause cause) {
        switch (record.getFactCase()) {
            case CLUSTER -> cluster(record.getCluster().getClusterId());
            case BROKER -> broker(record.getBroker(), offset, timestampMs, cause);
            case BROKER_STATE -> brokerState(record.getBrokerState(), timestampMs);
            case BROKER_REMOVED -> brokerRemoved(record.getBrokerRemoved());
            case RESOURCE -> resource(record.getResource(), offset);
            case RESOURCE_REMOVED -> resourceRemoved(record.getResourceRemoved());
            case PARTITION_CHANGES -> partitionChanges(record.getPartitionChanges(), offset);
            case REQUEST -> request(record.getRequest(), offset);
            case FENCING_LIFT -> liftFencing(record.getFencingLift().getUntilMs());
            case SUSPECT -> suspect(record.getSuspect());
            case FACT_NOT_SET ->
                throw new InvariantViolation(
                        "batch at offset " + offset
                                + " holds a record that this version does not know; upgrade this node before it reads this log");
        }
    }

    void cluster(String id) {
        check(clusterId.isEmpty(), "the cluster already has the id %s, cannot become %s", clusterId, id);
        check(!id.isEmpty(), "a cluster id must not be empty");
        clusterId = id;
    }

    private void broker(BrokerRecord record, long offset, long timestampMs, Cause cause) {
        Broker old = brokers.get(record.getBrokerId());
        check(
                old == null || old.epoch() < offset,
                "invariant 4: broker %d registered at offset %d after epoch %d",
                record.getBrokerId(),
                offset,
                old == null ? 0 : old.epoch());
        put(Broker.registered(record, offset, timestampMs, cause.getSentence()));
    }

    void restore(Broker broker) {
        put(broker);
    }

    private void put(Broker broker) {
        remember(broker.id());
        brokers = brokers.assoc(broker.id(), broker);
        asked = new IntTable<>();
    }

    private void remember(int id) {
        if (!brokersBefore.containsKey(id)) {
            brokersBefore.put(id, before.brokers.get(id));
        }
    }

    private Broker current(int id, long epoch) {
        Broker broker = brokers.get(id);
        if (broker == null || broker.epoch() != epoch) {
            throw new InvariantViolation("invariant 4: record names broker " + id + " at epoch " + epoch
                    + ", the image has " + (broker == null ? "no such broker" : "epoch " + broker.epoch()));
        }
        return broker;
    }

    private void brokerState(BrokerStateRecord record, long timestampMs) {
        check(
                record.getState() == BrokerState.FENCED
                        || record.getState() == BrokerState.UNFENCED
                        || record.getState() == BrokerState.STOPPING,
                "broker %d: unknown state",
                record.getBrokerId());
        Broker broker = current(record.getBrokerId(), record.getBrokerEpoch());
        Losses losses = record.hasLosses() ? Losses.of(record.getLosses()) : broker.losses();
        put(broker.withState(record.getState(), timestampMs, record.getReason(), losses));
    }

    private void brokerRemoved(BrokerRemovedRecord record) {
        current(record.getBrokerId(), record.getBrokerEpoch());
        check(
                partitions.workOf(record.getBrokerId()).replicas() == 0,
                "broker %d still holds replicas and cannot be removed",
                record.getBrokerId());
        remember(record.getBrokerId());
        brokers = brokers.without(record.getBrokerId());
        asked = new IntTable<>();
    }

    private void resource(ResourceRecord record, long offset) {
        check(!resourcesByName.containsKey(record.getName()), "resource %s exists already", record.getName());
        check(!resourcesById.containsKey(offset), "two resources created at offset %d", offset);
        Resource resource = addResource(record, offset);
        created.add(resource);
        int factor = record.getReplicationFactor();
        check(
                factor >= 1 && factor <= PartitionState.MAX_REPLICAS,
                "resource %s: %d replicas",
                record.getName(),
                factor);
        check(
                record.getPartitions() >= 1
                        && record.getReplicasCount() == record.getPartitions() * factor
                        && (record.getLeadersCount() == 0 || record.getLeadersCount() == record.getPartitions()),
                "resource %s: replica lists do not fit %d partitions of %d replicas",
                record.getName(),
                record.getPartitions(),
                factor);
        for (int p = 0; p < resource.partitions(); p++) {
            int[] replicas = new int[factor];
            int ready = 0;
            for (int i = 0; i < factor; i++) {
                replicas[i] = record.getReplicas(p * factor + i);
                Broker broker = broker(replicas[i]);
                if (broker == null) {
                    throw new InvariantViolation("resource " + record.getName() + ": unknown broker " + replicas[i]);
                }
                // A new partition has nothing to catch up with: every live replica is ready from the start.
                ready |= broker.isUnfenced() ? 1 << i : 0;
            }
            int leader = record.getLeadersCount() == 0 ? replicas[0] : record.getLeaders(p);
            PartitionState state = new PartitionState(
                    resource, p, replicas, leader, leader == NONE ? 0 : offset, ready, 0, 0, NONE, NONE);
            checkPartition(state);
            partitions.insert(state);
        }
    }

    Resource addResource(ResourceRecord record, long id) {
        Resource resource = new Resource(
                id,
                record.getName(),
                record.getPartitions(),
                record.getReplicationFactor(),
                record.getStateKind(),
                record.getOwnership(),
                record.getFirstSlot(),
                record.getRequiredTagsMap());
        resourcesById = resourcesById.assoc(id, resource);
        resourcesByName = resourcesByName.assoc(resource.name(), resource);
        return resource;
    }

    private void resourceRemoved(ResourceRemovedRecord record) {
        Resource resource = resourcesById.get(record.getResourceId());
        if (resource == null) {
            throw new InvariantViolation(
                    "resource " + record.getResourceId() + " does not exist and cannot be removed");
        }
        resourcesById = resourcesById.without(resource.id());
        resourcesByName = resourcesByName.without(resource.name());
        removed.add(resource);
        for (int p = 0; p < resource.partitions(); p++) {
            partitions.remove(resource.slotOf(p));
        }
        for (Suspect suspect : new ArrayList<>(suspects.values())) {
            int number = suspect.slot() - resource.firstSlot();
            if (number >= 0 && number < resource.partitions()) {
                suspects = suspects.without(suspect.slot());
            }
        }
    }

    void liftFencing(long untilMs) {
        fencingLiftedUntilMs = untilMs;
    }

    void suspect(SuspectRecord record) {
        PartitionState state = partitions.get(record.getSlot());
        require(record.getStrikes() > 0 || !record.getParked(), state, "it is parked without a reason");
        suspects = record.getStrikes() == 0
                ? suspects.without(record.getSlot())
                : suspects.assoc(record.getSlot(), Suspect.of(record));
    }

    /** A parked partition has no leader, whatever came in which order. */
    private void checkParkedAreUnled() {
        for (Suspect suspect : suspects.values()) {
            if (suspect.parked()) {
                PartitionState state = partitions.get(suspect.slot());
                require(state.leader() == NONE, state, "it is parked and has a leader");
            }
        }
    }

    private void partitionChanges(PartitionChangesRecord record, long offset) {
        ChangeColumns columns = new ChangeColumns(record);
        while (columns.next()) {
            PartitionState old = partitions.get(columns.slot());
            PartitionState state = columns.applyTo(old, offset);
            boolean granted = state.leader() != NONE && state.leader() != old.leader();
            if (granted && old.leaderEpoch() >= offset) {
                throw new InvariantViolation("invariant 4: " + state + " granted twice at offset " + offset);
            }
            checkPartition(state);
            partitions.replace(old, state);
        }
    }

    /** Invariant 6, the part that one partition shows by itself. */
    private void checkPartition(PartitionState state) {
        int[] replicas = state.sharedReplicas();
        int all = PartitionState.allMask(replicas.length);
        require(replicas.length >= 1 && replicas.length <= PartitionState.MAX_REPLICAS, state, "bad replica count");
        for (int i = 1; i < replicas.length; i++) {
            for (int j = 0; j < i; j++) {
                require(replicas[i] != replicas[j], state, "a broker holds two replicas");
            }
        }
        require(
                ((state.readyMask() | state.addingMask() | state.removingMask()) & ~all) == 0,
                state,
                "invariant 6: it names replicas it does not have");
        if (state.leader() != NONE) {
            require(state.isReady(state.leader()), state, "invariant 6: its leader is not ready");
            require(!state.isHandingOver(), state, "a leader was granted before the last one released");
            require(mayLead(state.leader()), state, "invariant 6: it is led by a broker that is fenced");
        }
    }

    private static void require(boolean holds, PartitionState state, String otherwise) {
        if (!holds) {
            throw new InvariantViolation(state + ": " + otherwise);
        }
    }

    private boolean mayLead(int id) {
        Broker broker = broker(id);
        return broker != null && !broker.isFenced();
    }

    private @Nullable Broker broker(int id) {
        Broker broker = asked.get(id);
        if (broker == null) {
            broker = brokers.get(id);
            if (broker != null) {
                asked.put(id, broker);
            }
        }
        return broker;
    }

    /** Invariant 6, the part that shows when a broker changes: a fenced broker leads nothing. */
    private void checkFencedLeadNothing() {
        for (int id : brokersBefore.keySet()) {
            Broker broker = brokers.get(id);
            if (broker == null || broker.isFenced()) {
                int led = partitions.workOf(id).leaders();
                check(led == 0, "invariant 6: broker %d is fenced and leads %d partitions", id, led);
            }
        }
    }

    void request(RequestRecord record, long offset) {
        check(!answersByOffset.containsKey(offset), "two requests answered at offset %d", offset);
        MetadataImage.KeptAnswer earlier = answers.get(record.getRequestId());
        if (earlier != null) {
            answersByOffset = answersByOffset.without(earlier.offset());
        }
        answers = answers.assoc(record.getRequestId(), new MetadataImage.KeptAnswer(record.getReply(), offset));
        answersByOffset = answersByOffset.assoc(offset, record.getRequestId());
        while (answersByOffset.size() > MetadataImage.MAX_KEPT_REQUESTS) {
            long oldest = answersByOffset.firstKey();
            answers = answers.without(answersByOffset.get(oldest));
            answersByOffset = answersByOffset.without(oldest);
        }
    }

    private ImageDelta delta() {
        List<ImageDelta.BrokerChange> brokerChanges = new ArrayList<>(brokersBefore.size());
        brokersBefore.forEach((id, old) -> brokerChanges.add(new ImageDelta.BrokerChange(old, brokers.get(id))));
        return new ImageDelta(partitions.changes(), brokerChanges, List.copyOf(created), List.copyOf(removed));
    }
}
