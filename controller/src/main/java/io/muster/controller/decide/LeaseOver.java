package io.muster.controller.decide;

import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.PrimitiveIterator;

/**
 * Grants on what a broker was to release and has not: its lease is over, so it owns nothing any more. True if something was
 * granted on.
 *
 * @param id the broker
 * @param reason how it is known, a clause for the log
 */
public record LeaseOver(int id, String reason) implements Command<Boolean> {
    @Override
    public String name() {
        return "lease-over";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Steps steps = new Steps(image);
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            PartitionState state = image.partitionAt(unsettled.nextInt());
            if (state.releasing() == id) {
                steps.released(state);
            }
        }
        if (steps.isEmpty()) {
            return Decision.nothing(false);
        }
        String sentence =
                Facts.join("The lease of broker " + id + " is over: " + Facts.clause(reason), steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.HAND_OVER, Facts.CONTROLLER, sentence), steps.records(), offset -> true);
    }
}
