package io.muster.metadata.image;

import io.muster.log.v1.PartitionChangesRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Partition changes of one batch, collected by slot and written as packed columns. A later change of the same partition
 * replaces the earlier, so a batch names a partition at most once and invariant 4 (epochs rise strictly) holds inside it.
 * Not thread-safe.
 */
public final class PartitionChanges {
    /** A partition that was put: as the image has it, and as it is to be. */
    private static final class Row {
        private final PartitionState before;
        private PartitionState after;

        Row(PartitionState before) {
            this.before = before;
            this.after = before;
        }

        boolean isChange() {
            return after != before;
        }
    }

    private final MetadataImage image;
    /** Decisions walk partitions by slot, so rows mostly come in order and need neither sorting nor an index. */
    private final List<Row> rows = new ArrayList<>();
    /** Index of the rows once they are not in order; empty before. */
    private final IntTable<Row> bySlot = new IntTable<>();

    private boolean ascending = true;
    private int highestSlot = -1;
    private int size;

    /** @param image the image that the changes are made against */
    public PartitionChanges(MetadataImage image) {
        this.image = image;
    }

    /** The state of a slot with the changes collected so far. */
    public PartitionState get(int slot) {
        Row row = find(slot);
        return row == null ? image.partitionAt(slot) : row.after;
    }

    private @Nullable Row find(int slot) {
        if (slot > highestSlot) {
            return null;
        }
        if (!ascending) {
            return bySlot.get(slot);
        }
        int low = 0;
        int high = rows.size() - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            int there = rows.get(mid).before.slot();
            if (there == slot) {
                return rows.get(mid);
            }
            if (there < slot) {
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return null;
    }

    /** Starts an edit on top of the changes collected so far. */
    public PartitionEdit edit(int slot) {
        return get(slot).edit();
    }

    public void put(PartitionState after) {
        Row row = row(after.slot());
        boolean was = row.isChange();
        row.after = after.equals(row.before) ? row.before : after;
        size += (row.isChange() ? 1 : 0) - (was ? 1 : 0);
    }

    public void put(PartitionEdit edit) {
        put(edit.build());
    }

    private Row row(int slot) {
        Row row = find(slot);
        if (row == null) {
            row = new Row(image.partitionAt(slot));
            rows.add(row);
            if (slot > highestSlot) {
                highestSlot = slot;
            } else if (ascending) {
                ascending = false;
                rows.forEach(each -> bySlot.put(each.before.slot(), each));
            }
            if (!ascending) {
                bySlot.put(slot, row);
            }
        }
        return row;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public int size() {
        return size;
    }

    /** The changed partitions by slot. */
    public List<PartitionState> states() {
        List<PartitionState> states = new ArrayList<>(size);
        for (Row row : changedRows()) {
            states.add(row.after);
        }
        return states;
    }

    private List<Row> changedRows() {
        if (ascending && size == rows.size()) {
            return rows;
        }
        return rows.stream()
                .filter(Row::isChange)
                .sorted(Comparator.comparingInt(row -> row.before.slot()))
                .toList();
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
        List<Row> changed = changedRows();
        for (Row row : changed) {
            PartitionState before = row.before;
            PartitionState after = row.after;
            boolean newReplicas = hasNewReplicas(row);
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
        for (Row row : changed) {
            PartitionState after = row.after;
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
                appendReplicas(record, row);
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

    private static boolean hasNewReplicas(Row row) {
        return !Arrays.equals(row.before.sharedReplicas(), row.after.sharedReplicas());
    }

    private static void appendReplicas(PartitionChangesRecord.Builder record, Row row) {
        if (!hasNewReplicas(row)) {
            record.addReplicaCounts(0);
            return;
        }
        record.addReplicaCounts(row.after.replicaCount());
        for (int broker : row.after.sharedReplicas()) {
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
