package io.muster.agent;

/**
 * A {@link Workload#lead} that had begun and not returned when a process ended.
 *
 * @param resourceId the resource
 * @param partition the partition's number
 * @param leaderEpoch the leader epoch that it was led at
 */
public record UnfinishedLead(long resourceId, int partition, long leaderEpoch) {}
