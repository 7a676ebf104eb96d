package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.Suspect;

/**
 * Goes on with moves, grants what nobody leads, replaces replicas of brokers that stayed away, returns leaders to their preferred
 * replica, and evens out replicas and preferences. Asked by a timer. At a fixed point the decision is empty (invariant 9). The
 * reply is the number of partitions that changed.
 *
 * <p>It reads every partition, so do not ask in vain: after an empty decision the answer stays empty until the image changes or
 * {@link #nextDueMs} comes.
 *
 * @param movesInFlightMax most partitions that may be in a move or a hand-over at once
 * @param replacementDelayMs how long a broker may be fenced before its replicas are replaced, milliseconds
 * @param parking when a suspicion against a partition is dropped
 */
public record Balance(int movesInFlightMax, long replacementDelayMs, Parking parking) implements Command<Integer> {
    /** With the default rules for suspicions. */
    public Balance(int movesInFlightMax, long replacementDelayMs) {
        this(movesInFlightMax, replacementDelayMs, Parking.DEFAULTS);
    }

    @Override
    public String name() {
        return "balance";
    }

    @Override
    public Decision<Integer> decide(MetadataImage image, long wallMs) {
        BalanceRound round = new BalanceRound(image, this, wallMs);
        round.run(wallMs);
        if (round.isEmpty()) {
            return Decision.nothing(0);
        }
        int changed = round.size();
        CauseKind kind = round.replaced() > 0 ? CauseKind.REPLACEMENT : CauseKind.BALANCE;
        return new Decision<>(
                Decision.cause(kind, Facts.CONTROLLER, round.sentence()), round.records(), offset -> changed);
    }

    /** The next wall time at which a broker's place is given to others or a suspicion is dropped; {@link Long#MAX_VALUE} if none. */
    public long nextDueMs(MetadataImage image, long wallMs) {
        long due = Long.MAX_VALUE;
        for (Broker broker : image.brokers()) {
            if (broker.state() == BrokerState.FENCED && !isAway(broker, wallMs)) {
                due = Math.min(due, broker.stateSinceMs() + replacementDelayMs);
            }
        }
        for (Suspect suspect : image.suspects()) {
            if (!suspect.parked()) {
                due = Math.min(due, suspect.lastMs() + parking.windowMs());
            }
        }
        return due;
    }

    /** True if the broker has been fenced for the replacement delay: its place is given to others. */
    boolean isAway(Broker broker, long wallMs) {
        return broker.isFenced() && wallMs - broker.stateSinceMs() >= replacementDelayMs;
    }
}
