package io.muster.controller.liveness;

/**
 * How long things may last before somebody is taken for dead. {@code lease + drift margin < session timeout} is checked by
 * whoever makes this from the configuration.
 *
 * @param heartbeatIntervalNs how often brokers send heartbeats; half of it is the least time between two barriers
 * @param leaseMs how long a confirmed heartbeat lets its broker own, from the moment it was sent
 * @param sessionTimeoutNs silence after which a broker is taken for dead
 * @param driftMarginNs what two clocks may drift apart during a session timeout
 * @param proofOfDeath whether a refused connection to a broker's own port counts as proof
 * @param lossLimits how many may look dead at once before fencing is held
 */
public record LivenessSettings(
        long heartbeatIntervalNs,
        long leaseMs,
        long sessionTimeoutNs,
        long driftMarginNs,
        boolean proofOfDeath,
        LossLimits lossLimits) {
    public long leaseNs() {
        return leaseMs * 1_000_000;
    }
}
