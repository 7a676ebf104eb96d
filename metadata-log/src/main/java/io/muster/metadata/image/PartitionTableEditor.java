package io.muster.metadata.image;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
    private final PartitionSetsEdit sets;
    private final IntTable<WorkEdit> work = new IntTable<>();
    private final List<WorkEdit> edited = new ArrayList<>();
    private final List<ImageDelta.PartitionChange> changes = new ArrayList<>();
    private int size;

    private static final class WorkEdit {
        private final int broker;
        private final BrokerWork base;
        private @Nullable RoaringBitmap copy;
        private int leaders;

        WorkEdit(int broker, BrokerWork base) {
            this.broker = broker;
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
        this.sets = new PartitionSetsEdit(before.sets);
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
        if (slot < 0 || slot > size) {
            throw new InvariantViolation(state + ": slot " + slot + " is beyond the table of " + size);
        }
        if (slot == size) {
            writableTable().append(state);
            size++;
        } else {
            if (!writableFree().checkedRemove(slot)) {
                throw new InvariantViolation(state + ": slot " + slot + " is in use");
            }
            writableTable().replace(slot, state);
        }
        for (int broker : state.sharedReplicas()) {
            edit(broker).writable().add(slot);
        }
        countLeader(state.leader(), 1);
        sets.update(slot, null, state);
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
        sets.update(slot, old, state);
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
        sets.update(slot, old, null);
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
        WorkEdit edit = work.get(broker);
        if (edit == null) {
            edit = new WorkEdit(broker, before.work(broker));
            work.put(broker, edit);
            edited.add(edit);
        }
        return edit;
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

    PersistentVector<@Nullable PartitionState> table() {
        return table == null ? before.table : (PersistentVector<@Nullable PartitionState>) table.immutable();
    }

    RoaringBitmap freeSlots() {
        return freeSlots == null ? before.freeSlots : freeSlots;
    }

    PartitionSets sets() {
        return sets.build();
    }

    PersistentTreeMap<Integer, BrokerWork> work() {
        PersistentTreeMap<Integer, BrokerWork> next = before.work;
        for (WorkEdit edit : edited) {
            BrokerWork built = edit.build();
            next = built.replicas() == 0 && built.leaders() == 0
                    ? next.without(edit.broker)
                    : next.assoc(edit.broker, built);
        }
        return next;
    }

    List<ImageDelta.PartitionChange> changes() {
        return Collections.unmodifiableList(changes);
    }
}
