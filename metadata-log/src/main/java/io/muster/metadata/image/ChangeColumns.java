package io.muster.metadata.image;

import static io.muster.metadata.image.InvariantViolation.check;

import io.muster.log.v1.PartitionChangesRecord;
import java.util.Arrays;

/** Reads the columns of a {@link PartitionChangesRecord} row by row. Not thread-safe. */
final class ChangeColumns {
    private final PartitionChangesRecord record;
    private final int rows;
    private int row = -1;
    private int slot;
    private int replicaStart;
    private int replicaEnd;

    ChangeColumns(PartitionChangesRecord record) {
        this.record = record;
        this.rows = record.getSlotDeltasCount();
        checkLength(record.getLeadersCount(), "leaders");
        checkLength(record.getReadyMasksCount(), "ready_masks");
        checkLength(record.getReleasingCount(), "releasing");
        checkLength(record.getTargetsCount(), "targets");
        checkLength(record.getReplicaCountsCount(), "replica_counts");
        checkLength(record.getAddingMasksCount(), "adding_masks");
        checkLength(record.getRemovingMasksCount(), "removing_masks");
        checkLength(record.getLeaderEpochsCount(), "leader_epochs");
        long replicas = 0;
        for (int i = 0; i < record.getReplicaCountsCount(); i++) {
            int count = record.getReplicaCounts(i);
            check(count >= 0 && count <= PartitionState.MAX_REPLICAS, "a replica list of length %d", count);
            replicas += count;
        }
        check(replicas == record.getReplicasCount(), "column replicas does not fit replica_counts");
    }

    private void checkLength(int length, String column) {
        check(length == 0 || length == rows, "column %s has %d entries for %d partitions", column, length, rows);
    }

    boolean next() {
        if (++row >= rows) {
            return false;
        }
        int delta = record.getSlotDeltas(row);
        if (delta < 0 || (row > 0 && delta == 0)) {
            throw new InvariantViolation("slots do not ascend at row " + row);
        }
        slot += delta;
        if (record.getReplicaCountsCount() > 0) {
            replicaStart = replicaEnd;
            replicaEnd += record.getReplicaCounts(row);
        }
        return true;
    }

    int slot() {
        return slot;
    }

    /** The state after the change; a leader that changes to a broker is a grant and takes {@code offset} as its epoch. */
    PartitionState applyTo(PartitionState old, long offset) {
        int leader = record.getLeadersCount() == 0 ? old.leader() : record.getLeaders(row);
        boolean granted = leader != old.leader() && leader != PartitionState.NONE;
        return state(old.resource(), old, leader, granted ? offset : old.leaderEpoch());
    }

    /** The whole state from a snapshot row. */
    PartitionState whole(Resource resource) {
        check(
                record.getLeadersCount() == rows
                        && record.getReadyMasksCount() == rows
                        && record.getReleasingCount() == rows
                        && record.getTargetsCount() == rows
                        && record.getReplicaCountsCount() == rows
                        && record.getAddingMasksCount() == rows
                        && record.getRemovingMasksCount() == rows
                        && record.getLeaderEpochsCount() == rows,
                "a snapshot row lacks columns");
        PartitionState nothing =
                new PartitionState(resource, slot - resource.firstSlot(), new int[0], -1, 0, 0, 0, 0, -1, -1);
        return state(resource, nothing, record.getLeaders(row), record.getLeaderEpochs(row));
    }

    private PartitionState state(Resource resource, PartitionState old, int leader, long leaderEpoch) {
        int[] replicas = old.sharedReplicas();
        if (replicaEnd > replicaStart) {
            replicas = new int[replicaEnd - replicaStart];
            Arrays.setAll(replicas, i -> record.getReplicas(replicaStart + i));
        }
        return new PartitionState(
                resource,
                old.partition(),
                replicas,
                leader,
                leaderEpoch,
                record.getReadyMasksCount() == 0 ? old.readyMask() : record.getReadyMasks(row),
                record.getAddingMasksCount() == 0 ? old.addingMask() : record.getAddingMasks(row),
                record.getRemovingMasksCount() == 0 ? old.removingMask() : record.getRemovingMasks(row),
                record.getReleasingCount() == 0 ? old.releasing() : record.getReleasing(row),
                record.getTargetsCount() == 0 ? old.target() : record.getTargets(row));
    }
}
