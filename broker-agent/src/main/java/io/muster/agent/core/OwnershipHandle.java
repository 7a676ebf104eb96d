package io.muster.agent.core;

import io.muster.agent.NotOwnerException;
import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * An ownership under one lease. Thread-safe and lock-free: one word holds "closed" and the number of guarded actions in
 * flight.
 *
 * <p>Why nothing slips through: an action first counts itself in and only then looks at the closed bit (in the same atomic
 * step) and at the lease. So whoever closes either sees the action in the count and waits for it, or the action sees the
 * closed bit and does not start. Once closed and at zero it stays so: later entrants count in and out without starting.
 */
public final class OwnershipHandle implements Ownership {
    private static final long CLOSED = 1;
    private static final long ONE_ACTION = 2;

    private final Partition partition;
    private final long epoch;
    private final Lease lease;
    private final Consumer<OwnershipHandle> onDrained;
    private final AtomicLong word = new AtomicLong();

    OwnershipHandle(Partition partition, long epoch, Lease lease, Consumer<OwnershipHandle> onDrained) {
        this.partition = partition;
        this.epoch = epoch;
        this.lease = lease;
        this.onDrained = onDrained;
    }

    @Override
    public Partition partition() {
        return partition;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public long validUntilNanos() {
        return lease.untilNanos();
    }

    @Override
    public boolean isValid() {
        return !isClosed() && lease.holds();
    }

    @Override
    public <T> T guard(Callable<T> action) throws Exception {
        long before = word.getAndAdd(ONE_ACTION);
        try {
            if ((before & CLOSED) != 0) {
                throw new NotOwnerException(this, "it was given back");
            }
            if (!lease.holds()) {
                throw new NotOwnerException(this, "the lease is over");
            }
            return action.call();
        } finally {
            if (word.addAndGet(-ONE_ACTION) == CLOSED) {
                onDrained.accept(this);
            }
        }
    }

    /** Refuses every action from now on; those in flight go on. Idempotent. */
    void close() {
        word.getAndUpdate(w -> w | CLOSED);
    }

    boolean isClosed() {
        return (word.get() & CLOSED) != 0;
    }

    /** Closed, and no guarded action is in flight: nothing will ever run under this ownership again. */
    boolean isDrained() {
        return word.get() == CLOSED;
    }

    Lease lease() {
        return lease;
    }

    @Override
    public String toString() {
        return partition + "@" + epoch + (isClosed() ? " (closed)" : "");
    }
}
