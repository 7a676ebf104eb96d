package io.muster.controller;

import io.muster.controller.decide.Flapping;
import io.muster.controller.decide.Parking;
import io.muster.controller.liveness.LivenessSettings;
import io.muster.controller.liveness.LossLimits;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;

/**
 * What the controller may be told. All times in milliseconds.
 *
 * @param heartbeatIntervalMs how often brokers send heartbeats
 * @param rpcTimeoutMs how long a broker waits for an answer before it tries another way
 * @param leaseMs how long a confirmed heartbeat lets its broker own, from the moment it was sent
 * @param sessionTimeoutMs silence after which a broker is fenced
 * @param driftMarginMs what two clocks may drift apart during a session timeout
 * @param replacementDelayMs how long a broker may be fenced before its replicas are replaced
 * @param balanceIntervalMs how often moves are planned and continued
 * @param movesInFlightMax replica moves and planned hand-overs under way at once
 * @param releaseTimeoutMs how long a hand-over waits for its acknowledgement before the old owner's lease is let run out
 * @param proofOfDeath whether a refused connection to a broker's own port counts as proof that it is dead
 * @param lossLimits how many brokers may look dead at once before fencing is held
 * @param flapping how long a broker waits that was lost again and again
 * @param parking when a partition that harms its owners is parked
 * @param maxQueue commands that may wait for a decision
 * @param entriesInFlightMax log entries under way at once; what queues up meanwhile becomes the next entry
 * @param batchesPerEntryMax most batches of one log entry
 * @param bytesPerEntryMax bytes above which a log entry takes no further batch
 */
public record ControllerSettings(
        long heartbeatIntervalMs,
        long rpcTimeoutMs,
        long leaseMs,
        long sessionTimeoutMs,
        long driftMarginMs,
        long replacementDelayMs,
        long balanceIntervalMs,
        int movesInFlightMax,
        long releaseTimeoutMs,
        boolean proofOfDeath,
        LossLimits lossLimits,
        Flapping flapping,
        Parking parking,
        int maxQueue,
        int entriesInFlightMax,
        int batchesPerEntryMax,
        int bytesPerEntryMax) {
    /** The documented defaults. */
    public static final ControllerSettings DEFAULTS = new ControllerSettings(
            500,
            500,
            2000,
            3000,
            100,
            300_000,
            1000,
            100,
            1000,
            true,
            LossLimits.DEFAULTS,
            Flapping.DEFAULTS,
            Parking.DEFAULTS,
            10_000,
            4,
            1024,
            1_000_000);

    public ControllerSettings {
        atLeast(1, heartbeatIntervalMs, "broker.heartbeat.interval.ms");
        atLeast(1, rpcTimeoutMs, "broker.rpc.timeout.ms");
        atLeast(1, leaseMs, "broker.lease.ms");
        atLeast(1, sessionTimeoutMs, "broker.session.timeout.ms");
        atLeast(0, driftMarginMs, "broker.clock.drift.margin.ms");
        atLeast(0, replacementDelayMs, "replacement.delay.ms");
        atLeast(1, balanceIntervalMs, "balance.interval.ms");
        atLeast(1, movesInFlightMax, "moves.in.flight.max");
        atLeast(1, releaseTimeoutMs, "broker.release.timeout.ms");
        atLeast(1, maxQueue, "controller.queue.max");
        atLeast(1, entriesInFlightMax, "controller.entries.in.flight.max");
        atLeast(1, batchesPerEntryMax, "controller.batches.per.entry.max");
        atLeast(1, bytesPerEntryMax, "controller.bytes.per.entry.max");
        share(lossLimits.ofCluster(), "fencing.max.lost.share");
        share(lossLimits.ofRack(), "fencing.max.lost.share.rack");
        atLeast(0, lossLimits.windowMs(), "fencing.lost.window.ms");
        atLeast(0, flapping.freeLosses(), "fencing.flap.free.losses");
        atLeast(0, flapping.windowMs(), "fencing.flap.window.ms");
        atLeast(1, flapping.firstWaitMs(), "fencing.flap.wait.ms");
        atLeast(2, parking.owners(), "parking.owners");
        atLeast(1, parking.windowMs(), "parking.window.ms");
        share(parking.maxShare(), "parking.max.share");
        require(
                flapping.longestWaitMs() >= flapping.firstWaitMs(),
                "fencing.flap.wait.max.ms (" + flapping.longestWaitMs()
                        + ") must not be less than fencing.flap.wait.ms (" + flapping.firstWaitMs() + ").");
        require(
                leaseMs + driftMarginMs < sessionTimeoutMs,
                "broker.lease.ms (" + leaseMs + ") and broker.clock.drift.margin.ms (" + driftMarginMs
                        + ") together must be less than broker.session.timeout.ms (" + sessionTimeoutMs
                        + "), or a fenced broker could still believe that it owns; raise the session timeout or lower"
                        + " the lease.");
        require(
                2 * heartbeatIntervalMs + rpcTimeoutMs < leaseMs,
                "Two broker.heartbeat.interval.ms (" + heartbeatIntervalMs + ") and one broker.rpc.timeout.ms ("
                        + rpcTimeoutMs + ") must be less than broker.lease.ms (" + leaseMs
                        + "), or one lost heartbeat ends every ownership; send heartbeats more often or raise the lease.");
    }

    private static void atLeast(long least, long value, String key) {
        require(value >= least, key + " is " + value + "; it must be at least " + least + ".");
    }

    private static void share(double share, String key) {
        require(share > 0 && share <= 1, key + " is " + share + "; it must be above 0 and at most 1.");
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new MusterException(ErrorCode.INVALID_ARGUMENT, sentence);
        }
    }

    /** The part that concerns liveness. */
    public LivenessSettings liveness() {
        return new LivenessSettings(
                heartbeatIntervalMs * 1_000_000,
                leaseMs,
                sessionTimeoutMs * 1_000_000,
                driftMarginMs * 1_000_000,
                proofOfDeath,
                lossLimits);
    }
}
