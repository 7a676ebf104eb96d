package io.muster.agent.core;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * An unbroken stretch of time in which this broker may own. It is extended by renewals as long as it holds; once anyone has
 * seen it over it stays over, and the next renewal begins another lease. Thread-safe and lock-free.
 *
 * <p>The deadline is looked at before the clock, so a thread that was stopped in between reads the clock after its pause.
 */
final class Lease {
    /** The lowest bit of the word says "over"; a nanosecond is not missed. */
    private static final long OVER = 1;

    private final LongSupplier clock;
    private final long usableFromOffset;
    private final AtomicLong word;

    /**
     * @param clock monotonic nanoseconds
     * @param untilNanos when it ends
     * @param usableFromOffset the image must have reached this offset before leadership that it shows may be acted on:
     *     while there was no lease, this broker's work may have been given to others
     */
    Lease(LongSupplier clock, long untilNanos, long usableFromOffset) {
        this.clock = clock;
        this.usableFromOffset = usableFromOffset;
        this.word = new AtomicLong(untilNanos & ~OVER);
    }

    /** No lease. */
    static Lease none(LongSupplier clock, long nowNs) {
        Lease lease = new Lease(clock, nowNs, Long.MAX_VALUE);
        lease.end();
        return lease;
    }

    /** True while the lease holds, by the clock. The first to see that it is over ends it for everybody. */
    boolean holds() {
        while (true) {
            long seen = word.get();
            if ((seen & OVER) != 0) {
                return false;
            }
            if (clock.getAsLong() - seen < 0) {
                return true;
            }
            if (word.compareAndSet(seen, seen | OVER)) {
                return false;
            }
        }
    }

    /**
     * Moves the end forward, never back.
     *
     * @return false if the lease is over: nothing was extended
     */
    boolean extend(long untilNanos) {
        while (holds()) {
            long seen = word.get();
            if ((seen & OVER) != 0) {
                return false;
            }
            if (untilNanos - seen <= 0 || word.compareAndSet(seen, untilNanos & ~OVER)) {
                return true;
            }
        }
        return false;
    }

    /** Ends it now. */
    void end() {
        word.getAndUpdate(w -> w | OVER);
    }

    long untilNanos() {
        return word.get() & ~OVER;
    }

    long usableFromOffset() {
        return usableFromOffset;
    }
}
