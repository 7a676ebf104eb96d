package io.muster.controller.decide;

import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.Losses;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A broker that is lost again and again waits longer each time before it is unfenced, so that its work does not follow it to
 * and fro. The first few losses are free: a crash is no flapping, and neither is a rolling restart by {@code kill -9}. A
 * broker that asked to stop, or that an operator fenced, was not lost.
 *
 * @param freeLosses losses in a row that cost nothing
 * @param windowMs a loss longer than this after the one before begins the row anew
 * @param firstWaitMs how long the broker waits after the first loss that is not free; each further one doubles it
 * @param longestWaitMs the most that it ever waits
 */
public record Flapping(int freeLosses, long windowMs, long firstWaitMs, long longestWaitMs) {
    /** The documented defaults. */
    public static final Flapping DEFAULTS = new Flapping(3, 600_000, 2000, 300_000);

    /** Doublings after which every wait is the longest. */
    private static final int MAX_DOUBLINGS = 30;

    /** True if a broker in this state, fenced for this reason, was lost. */
    static boolean isLoss(Broker broker, CauseKind kind) {
        return broker.isUnfenced()
                && switch (kind) {
                    case SESSION_TIMEOUT, PROOF_OF_DEATH, GRAY_FAILURE, BROKER_REGISTERED -> true;
                    default -> false;
                };
    }

    /** What is known of the broker once it is lost at this wall time. */
    Losses lost(Losses before, long wallMs) {
        boolean calm = before.count() == 0 || wallMs - before.lastMs() > windowMs;
        int count = calm ? 1 : before.count() + 1;
        int over = count - freeLosses;
        long waitMs = over <= 0 ? 0 : Math.min(longestWaitMs, firstWaitMs << Math.min(over - 1, MAX_DOUBLINGS));
        return new Losses(count, wallMs, waitMs == 0 ? 0 : wallMs + waitMs);
    }

    /** "; it was lost 4 times in a row and waits until …", or nothing if it need not wait. */
    static String clause(int broker, Losses losses, long wallMs) {
        return losses.isWaiting(wallMs)
                ? "; it was lost " + losses.count() + " times in a row and waits until "
                        + Instant.ofEpochMilli(losses.waitUntilMs() + 999).truncatedTo(ChronoUnit.SECONDS)
                        + ", or until 'muster brokers unfence " + broker + "'"
                : "";
    }
}
