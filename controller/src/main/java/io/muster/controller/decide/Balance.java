package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;

/**
 * Goes on with moves, replaces replicas of brokers that stayed away, returns leaders to their preferred replica, and evens out
 * load. Asked by a timer. At a fixed point the decision is empty (invariant 9).
 *
 * <p>It reads every partition, so do not ask in vain: after an empty decision the answer stays empty until the image changes or
 * {@link #nextDueMs} comes.
 *
 * @param movesInFlightMax most partitions that may be in a move or a hand-over at once
 * @param replacementDelayMs how long a broker may be fenced before its replicas are replaced, milliseconds
 */
public record Balance(int movesInFlightMax, long replacementDelayMs) implements Command<Integer> {
    @Override
    public String name() {
        return "balance";
    }

    @Override
    public Decision<Integer> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }

    /** The next wall time at which a broker will have been fenced for the replacement delay; {@link Long#MAX_VALUE} if none. */
    public long nextDueMs(MetadataImage image, long wallMs) {
        long due = Long.MAX_VALUE;
        for (Broker broker : image.brokers()) {
            long at = broker.stateSinceMs() + replacementDelayMs;
            if (broker.state() == BrokerState.FENCED && at > wallMs) {
                due = Math.min(due, at);
            }
        }
        return due;
    }
}
