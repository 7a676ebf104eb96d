package io.muster.agent;

import java.util.concurrent.Callable;

/**
 * The right to act as leader of one partition at one leader epoch, for as long as the broker's lease holds. Thread-safe; no
 * method waits or locks.
 *
 * <p>What holds by the lease alone: no two brokers have a valid ownership of one partition at one instant, as long as clocks
 * do not differ in rate by more than the drift margin. A thread that is paused between the check and its effect can still act
 * late; where that matters, let the storage compare {@link #epoch()} and refuse a lower one.
 *
 * <p>Once an ownership was seen invalid it stays invalid. If this broker leads the partition again, it is given another one.
 */
public interface Ownership {
    /** The partition. */
    Partition partition();

    /** The fencing token: strictly rising from owner to owner, never reused by another broker. */
    long epoch();

    /** {@link System#nanoTime} until which the newest lease holds; it moves forward with each renewal. */
    long validUntilNanos();

    /** True while the lease holds and the ownership was not given back. Looks only at this process's monotonic clock. */
    boolean isValid();

    /**
     * Runs {@code action} on this thread if the ownership is valid now. A hand-over waits for the guarded actions that run; the
     * end of the lease does not, so keep them shorter than the lease.
     *
     * @return what the action returns
     * @throws NotOwnerException if the ownership is not valid; the action was not started
     * @throws Exception what the action throws
     */
    <T> T guard(Callable<T> action) throws Exception;
}
