package io.muster.metadata.image;

import io.muster.log.v1.PartitionChangesRecord;
import java.util.Collection;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Partition changes of one batch, collected by slot and written as packed columns. A later change of the same partition
 * replaces the earlier, so a batch names a partition at most once and invariant 4 (epochs rise strictly) holds inside it.
 * Not thread-safe.
 */
public final class PartitionChanges {
    private final TreeMap<Integer, PartitionState> bySlot = new TreeMap<>();
    private final IntFunction<PartitionState> current;

    /** @param image the image that the changes are made against */
    public PartitionChanges(MetadataImage image) {
        this.current = image::partitionAt;
    }

    /** The state of a slot with the changes collected so far. */
    public PartitionState get(int slot) {
        PartitionState changed = bySlot.get(slot);
        return changed != null ? changed : current.apply(slot);
    }

    /** Starts an edit on top of the changes collected so far. */
    public PartitionEdit edit(int slot) {
        return get(slot).edit();
    }

    public void put(PartitionState after) {
        if (after.equals(current.apply(after.slot()))) {
            bySlot.remove(after.slot());
        } else {
            bySlot.put(after.slot(), after);
        }
    }

    public void put(PartitionEdit edit) {
        put(edit.build());
    }

    public boolean isEmpty() {
        return bySlot.isEmpty();
    }

    public int size() {
        return bySlot.size();
    }

    public Collection<PartitionState> states() {
        return bySlot.values();
    }

    /** The changes as one record; a column that nothing changes is left out. */
    public PartitionChangesRecord toRecord() {
        boolean leaders = false;
        boolean ready = false;
        boolean releasing = false;
        boolean targets = false;
        boolean replicas = false;
        boolean adding = false;
        boolean removing = false;
        for (PartitionState after : bySlot.values()) {
            PartitionState before = current.apply(after.slot());
            boolean newReplicas = !java.util.Arrays.equals(before.sharedReplicas(), after.sharedReplicas());
            leaders |= before.leader() != after.leader();
            ready |= newReplicas || before.readyMask() != after.readyMask();
            releasing |= before.releasing() != after.releasing();
            targets |= before.target() != after.target();
            replicas |= newReplicas;
            adding |= newReplicas || before.addingMask() != after.addingMask();
            removing |= newReplicas || before.removingMask() != after.removingMask();
        }
        PartitionChangesRecord.Builder record = PartitionChangesRecord.newBuilder();
        int previous = 0;
        for (PartitionState after : bySlot.values()) {
            record.addSlotDeltas(after.slot() - previous);
            previous = after.slot();
            if (leaders) {
                record.addLeaders(after.leader());
            }
            if (ready) {
                record.addReadyMasks(after.readyMask());
            }
            if (releasing) {
                record.addReleasing(after.releasing());
            }
            if (targets) {
                record.addTargets(after.target());
            }
            if (replicas) {
                appendReplicas(record, current.apply(after.slot()), after);
            }
            if (adding) {
                record.addAddingMasks(after.addingMask());
            }
            if (removing) {
                record.addRemovingMasks(after.removingMask());
            }
        }
        return record.build();
    }

    private static void appendReplicas(
            PartitionChangesRecord.Builder record, PartitionState before, PartitionState after) {
        if (java.util.Arrays.equals(before.sharedReplicas(), after.sharedReplicas())) {
            record.addReplicaCounts(0);
            return;
        }
        record.addReplicaCounts(after.replicaCount());
        for (int broker : after.sharedReplicas()) {
            record.addReplicas(broker);
        }
    }

    /** Adds {@code state} to a snapshot record, every column filled. */
    public static void appendWhole(PartitionChangesRecord.Builder record, PartitionState state, int previousSlot) {
        record.addSlotDeltas(state.slot() - previousSlot)
                .addLeaders(state.leader())
                .addReadyMasks(state.readyMask())
                .addReleasing(state.releasing())
                .addTargets(state.target())
                .addReplicaCounts(state.replicaCount())
                .addAddingMasks(state.addingMask())
                .addRemovingMasks(state.removingMask())
                .addLeaderEpochs(state.leaderEpoch());
        for (int broker : state.sharedReplicas()) {
            record.addReplicas(broker);
        }
    }
}
