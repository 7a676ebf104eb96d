package io.muster.metadata.image;

import java.util.PrimitiveIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * Partitions that deserve a second look, by slot, so that a timer costs what is unsettled and not what exists. Immutable to
 * its users.
 */
public final class PartitionSets {
    static final PartitionSets EMPTY =
            new PartitionSets(new RoaringBitmap(), new RoaringBitmap(), new RoaringBitmap(), new RoaringBitmap());

    private static final int LEADERLESS = 1;
    private static final int UNSETTLED = 2;
    private static final int NOT_PREFERRED = 4;
    private static final int NOT_READY = 8;

    final RoaringBitmap leaderless;
    final RoaringBitmap unsettled;
    final RoaringBitmap notPreferred;
    final RoaringBitmap notReady;

    PartitionSets(
            RoaringBitmap leaderless, RoaringBitmap unsettled, RoaringBitmap notPreferred, RoaringBitmap notReady) {
        this.leaderless = leaderless;
        this.unsettled = unsettled;
        this.notPreferred = notPreferred;
        this.notReady = notReady;
    }

    PartitionSets copy() {
        return new PartitionSets(leaderless.clone(), unsettled.clone(), notPreferred.clone(), notReady.clone());
    }

    void insert(int slot, PartitionState state) {
        change(slot, 0, flags(state));
    }

    /** Touches only the sets that the partition enters or leaves: most changes leave most sets alone. */
    void replace(int slot, PartitionState old, PartitionState state) {
        change(slot, flags(old), flags(state));
    }

    private void change(int slot, int before, int after) {
        int changed = before ^ after;
        if (changed == 0) {
            return;
        }
        if ((changed & LEADERLESS) != 0) {
            set(leaderless, slot, (after & LEADERLESS) != 0);
        }
        if ((changed & UNSETTLED) != 0) {
            set(unsettled, slot, (after & UNSETTLED) != 0);
        }
        if ((changed & NOT_PREFERRED) != 0) {
            set(notPreferred, slot, (after & NOT_PREFERRED) != 0);
        }
        if ((changed & NOT_READY) != 0) {
            set(notReady, slot, (after & NOT_READY) != 0);
        }
    }

    private static int flags(PartitionState state) {
        boolean led = state.leader() != PartitionState.NONE;
        return (led ? 0 : LEADERLESS)
                | (state.isHandingOver() || state.isMoving() ? UNSETTLED : 0)
                | (led && state.leader() != state.replica(0) ? NOT_PREFERRED : 0)
                | (state.isFullyReady() ? 0 : NOT_READY);
    }

    void remove(int slot) {
        leaderless.remove(slot);
        unsettled.remove(slot);
        notPreferred.remove(slot);
        notReady.remove(slot);
    }

    private static void set(RoaringBitmap bits, int slot, boolean on) {
        if (on) {
            bits.add(slot);
        } else {
            bits.remove(slot);
        }
    }

    /** Partitions without a leader, those in a hand-over included. */
    public PrimitiveIterator.OfInt leaderless() {
        return new BrokerWork.SlotIterator(leaderless.getIntIterator());
    }

    /** Partitions in a hand-over or a replica move. */
    public PrimitiveIterator.OfInt unsettled() {
        return new BrokerWork.SlotIterator(unsettled.getIntIterator());
    }

    /** Partitions led by another than the first replica. */
    public PrimitiveIterator.OfInt notPreferred() {
        return new BrokerWork.SlotIterator(notPreferred.getIntIterator());
    }

    /** Partitions with a replica that is not ready. */
    public PrimitiveIterator.OfInt notReady() {
        return new BrokerWork.SlotIterator(notReady.getIntIterator());
    }

    public int leaderlessCount() {
        return leaderless.getCardinality();
    }

    public int unsettledCount() {
        return unsettled.getCardinality();
    }

    public int notPreferredCount() {
        return notPreferred.getCardinality();
    }

    public int notReadyCount() {
        return notReady.getCardinality();
    }
}
