package io.muster.metadata.image;

import static io.muster.metadata.image.InvariantViolation.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.organicdesign.fp.collections.MutList;
import org.organicdesign.fp.collections.PersistentTreeMap;
import org.organicdesign.fp.collections.PersistentVector;
import org.roaringbitmap.RoaringBitmap;

/**
 * Edits the partition table and its indexes. Each structure is copied when it is first touched, the vector by structural
 * sharing, so that a batch costs what it changes. Not thread-safe.
 */
final class PartitionTableEditor {
    private final MetadataImage before;
    private @Nullable MutList<@Nullable PartitionState> table;
    private @Nullable RoaringBitmap freeSlots;
    private @Nullable PartitionSets sets;
    private final Map<Integer, WorkEdit> work = new HashMap<>();
    private final List<ImageDelta.PartitionChange> changes = new ArrayList<>();
    private int size;

    private static final class WorkEdit {
        private final BrokerWork base;
        private @Nullable RoaringBitmap copy;
        private int leaders;

        WorkEdit(BrokerWork base) {
            this.base = base;
            this.leaders = base.leaders();
        }

        RoaringBitmap writable() {
            if (copy == null) {
                copy = base.slots.clone();
            }
            return copy;
        }

        BrokerWork build() {
            return new BrokerWork(copy == null ? base.slots : copy, leaders);
        }
    }

    PartitionTableEditor(MetadataImage before) {
        this.before = before;
        this.size = before.table.size();
    }

    PartitionState get(int slot) {
        PartitionState state = slot < 0 || slot >= size ? null : (table == null ? before.table : table).get(slot);
        if (state == null) {
            throw new InvariantViolation("slot " + slot + " holds no partition");
        }
        return state;
    }

    BrokerWork workOf(int broker) {
        WorkEdit edit = work.get(broker);
        return edit == null ? before.work(broker) : edit.build();
    }

    /** Puts a new partition into a free slot, or at the end of the table. */
    void insert(PartitionState state) {
        int slot = state.slot();
        check(slot >= 0 && slot <= size, "%s: slot %d is beyond the table of %d", state, slot, size);
        if (slot == size) {
            writableTable().append(state);
            size++;
        } else {
            check(writableFree().checkedRemove(slot), "%s: slot %d is in use", state, slot);
            writableTable().replace(slot, state);
        }
        for (int broker : state.sharedReplicas()) {
            edit(broker).writable().add(slot);
        }
        countLeader(state.leader(), 1);
        writableSets().insert(slot, state);
        changes.add(new ImageDelta.PartitionChange(null, state));
    }

    void replace(PartitionState old, PartitionState state) {
        int slot = old.slot();
        writableTable().replace(slot, state);
        if (old.sharedReplicas() != state.sharedReplicas()) {
            for (int broker : old.sharedReplicas()) {
                if (!state.hasReplica(broker)) {
                    edit(broker).writable().remove(slot);
                }
            }
            for (int broker : state.sharedReplicas()) {
                if (!old.hasReplica(broker)) {
                    edit(broker).writable().add(slot);
                }
            }
        }
        if (old.leader() != state.leader()) {
            countLeader(old.leader(), -1);
            countLeader(state.leader(), 1);
        }
        writableSets().replace(slot, old, state);
        changes.add(new ImageDelta.PartitionChange(old, state));
    }

    void remove(int slot) {
        PartitionState old = get(slot);
        writableTable().replace(slot, null);
        writableFree().add(slot);
        for (int broker : old.sharedReplicas()) {
            edit(broker).writable().remove(slot);
        }
        countLeader(old.leader(), -1);
        writableSets().remove(slot);
        changes.add(new ImageDelta.PartitionChange(old, null));
    }

    /** Makes the table {@code newSize} slots long, all free: the start of a snapshot load. */
    void reserve(int newSize) {
        MutList<@Nullable PartitionState> slots = writableTable();
        while (size < newSize) {
            slots.append(null);
            size++;
        }
        writableFree().add(0L, newSize);
    }

    private void countLeader(int broker, int by) {
        if (broker != PartitionState.NONE) {
            edit(broker).leaders += by;
        }
    }

    private WorkEdit edit(int broker) {
        return work.computeIfAbsent(broker, id -> new WorkEdit(before.work(id)));
    }

    private MutList<@Nullable PartitionState> writableTable() {
        if (table == null) {
            table = before.table.mutable();
        }
        return table;
    }

    private RoaringBitmap writableFree() {
        if (freeSlots == null) {
            freeSlots = before.freeSlots.clone();
        }
        return freeSlots;
    }

    private PartitionSets writableSets() {
        if (sets == null) {
            sets = before.sets.copy();
        }
        return sets;
    }

    PersistentVector<@Nullable PartitionState> table() {
        return table == null ? before.table : (PersistentVector<@Nullable PartitionState>) table.immutable();
    }

    RoaringBitmap freeSlots() {
        return freeSlots == null ? before.freeSlots : freeSlots;
    }

    PartitionSets sets() {
        return sets == null ? before.sets : sets;
    }

    PersistentTreeMap<Integer, BrokerWork> work() {
        PersistentTreeMap<Integer, BrokerWork> next = before.work;
        for (Map.Entry<Integer, WorkEdit> edit : work.entrySet()) {
            BrokerWork built = edit.getValue().build();
            next = built.replicas() == 0 && built.leaders() == 0
                    ? next.without(edit.getKey())
                    : next.assoc(edit.getKey(), built);
        }
        return next;
    }

    List<ImageDelta.PartitionChange> changes() {
        return Collections.unmodifiableList(changes);
    }
}
