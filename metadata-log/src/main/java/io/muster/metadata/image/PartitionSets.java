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
