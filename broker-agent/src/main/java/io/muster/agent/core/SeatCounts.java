package io.muster.agent.core;

/**
 * How many seats stand how.
 *
 * @param seats partitions that this broker has a replica of, or is getting rid of
 * @param owned partitions that it leads under an open ownership
 * @param calling partitions with a callback under way
 * @param failing partitions whose last callback threw and that wait for the next try
 */
public record SeatCounts(int seats, int owned, int calling, int failing) {}
