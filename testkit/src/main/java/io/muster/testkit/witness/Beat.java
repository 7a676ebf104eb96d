package io.muster.testkit.witness;

/**
 * "I own this partition": one sign of life of the work itself.
 *
 * <p>The two stamps are {@link System#nanoTime} of the owner's process. On one host all processes share that clock, and the
 * guard looked at the lease at some instant between the two.
 *
 * @param partition what is owned
 * @param epoch the leader epoch of the ownership
 * @param sequence rises by one with each beat of one ownership, from 1
 * @param askedNanos just before the guard was asked
 * @param guardedNanos inside the guard: it had said yes
 */
public record Beat(WitnessedPartition partition, long epoch, long sequence, long askedNanos, long guardedNanos) {}
