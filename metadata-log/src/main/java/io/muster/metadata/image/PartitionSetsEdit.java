package io.muster.metadata.image;

import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/**
 * Keeps {@link PartitionSets} true over one batch. Most changes leave most sets alone: a set is touched only when a partition
 * enters or leaves it, and copied the first time. Not thread-safe.
 */
final class PartitionSetsEdit {
    private static final int LEADERLESS = 1;
    private static final int UNSETTLED = 2;
    private static final int NOT_PREFERRED = 4;
    private static final int NOT_READY = 8;

    private final PartitionSets before;
    private @Nullable RoaringBitmap leaderless;
    private @Nullable RoaringBitmap unsettled;
    private @Nullable RoaringBitmap notPreferred;
    private @Nullable RoaringBitmap notReady;

    PartitionSetsEdit(PartitionSets before) {
        this.before = before;
    }

    /** A partition changed, appeared ({@code old} is null) or went ({@code state} is null). */
    void update(int slot, @Nullable PartitionState old, @Nullable PartitionState state) {
        int now = membership(state);
        int changed = membership(old) ^ now;
        if (changed == 0) {
            return;
        }
        if ((changed & LEADERLESS) != 0) {
            leaderless = flip(leaderless, before.leaderless, slot, now & LEADERLESS);
        }
        if ((changed & UNSETTLED) != 0) {
            unsettled = flip(unsettled, before.unsettled, slot, now & UNSETTLED);
        }
        if ((changed & NOT_PREFERRED) != 0) {
            notPreferred = flip(notPreferred, before.notPreferred, slot, now & NOT_PREFERRED);
        }
        if ((changed & NOT_READY) != 0) {
            notReady = flip(notReady, before.notReady, slot, now & NOT_READY);
        }
    }

    private static int membership(@Nullable PartitionState state) {
        if (state == null) {
            return 0;
        }
        boolean led = state.leader() != PartitionState.NONE;
        return (led ? 0 : LEADERLESS)
                | (state.isHandingOver() || state.isMoving() ? UNSETTLED : 0)
                | (led && state.leader() != state.replica(0) ? NOT_PREFERRED : 0)
                | (state.isFullyReady() ? 0 : NOT_READY);
    }

    private static RoaringBitmap flip(@Nullable RoaringBitmap copy, RoaringBitmap original, int slot, int member) {
        RoaringBitmap bits = copy == null ? original.clone() : copy;
        if (member != 0) {
            bits.add(slot);
        } else {
            bits.remove(slot);
        }
        return bits;
    }

    PartitionSets build() {
        return new PartitionSets(
                leaderless == null ? before.leaderless : leaderless,
                unsettled == null ? before.unsettled : unsettled,
                notPreferred == null ? before.notPreferred : notPreferred,
                notReady == null ? before.notReady : notReady);
    }
}
