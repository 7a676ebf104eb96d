package io.muster.agent.shell;

import io.muster.agent.core.AgentState;

/**
 * What an agent looks like at one instant; for health checks, metrics and the status page.
 *
 * @param state where it stands
 * @param because the sentence that goes with the state
 * @param brokerEpoch the newest broker epoch, -1 before the first registration
 * @param controller "host:port" of the controller of the open session, empty when there is none
 * @param leaseUntilNanos {@link System#nanoTime} until which the newest lease holds
 * @param owned partitions that this broker leads under an open ownership
 * @param replicas partitions that this broker has a replica of
 * @param appliedOffset the image holds every batch below this offset
 * @param committedOffset the controller's committed offset as last heard
 * @param callbacksRunning calls into the application that are under way
 * @param callbacksHung calls that have been under way for longer than they should
 * @param partitionsFailing partitions whose last callback threw and will be tried again
 */
public record AgentStatus(
        AgentState state,
        String because,
        long brokerEpoch,
        String controller,
        long leaseUntilNanos,
        int owned,
        int replicas,
        long appliedOffset,
        long committedOffset,
        int callbacksRunning,
        int callbacksHung,
        int partitionsFailing) {
    /** Milliseconds of lease left at {@code nowNs}; 0 when there is none. */
    public long leaseLeftMs(long nowNs) {
        return Math.max(0, (leaseUntilNanos - nowNs) / 1_000_000);
    }
}
