package io.muster.metadata.image;

import java.util.PrimitiveIterator;
import java.util.stream.IntStream;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/**
 * What one broker holds: the index that makes fencing cost what it moves. Immutable to its users; a few bytes a replica.
 */
public final class BrokerWork {
    static final BrokerWork EMPTY = new BrokerWork(new RoaringBitmap(), 0);

    final RoaringBitmap slots;
    private final int leaders;

    BrokerWork(RoaringBitmap slots, int leaders) {
        this.slots = slots;
        this.leaders = leaders;
    }

    /** Slots of the partitions with a replica on the broker, ascending. */
    public IntStream replicaSlots() {
        return slots.stream();
    }

    /** Iterates the slots without boxing, ascending. */
    public PrimitiveIterator.OfInt iterator() {
        return new SlotIterator(slots.getIntIterator());
    }

    public int replicas() {
        return slots.getCardinality();
    }

    public int leaders() {
        return leaders;
    }

    static final class SlotIterator implements PrimitiveIterator.OfInt {
        private final PeekableIntIterator inner;

        SlotIterator(PeekableIntIterator inner) {
            this.inner = inner;
        }

        @Override
        public boolean hasNext() {
            return inner.hasNext();
        }

        @Override
        public int nextInt() {
            return inner.next();
        }
    }
}
