package io.muster.controller.decide;

import io.muster.log.v1.CauseKind;
import io.muster.log.v1.OwnershipMode;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.PrimitiveIterator;

/**
 * A broker is late with a release: grants on all that it still holds up where the application's storage refuses the old owner's
 * epoch; it may act on, and nothing comes of it. Everything else waits for the end of its lease. True if something was granted on.
 *
 * @param id the broker
 * @param timeoutMs how long it had
 */
public record GrantOverdue(int id, long timeoutMs) implements Command<Boolean> {
    @Override
    public String name() {
        return "grant-overdue";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Steps steps = new Steps(image);
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            PartitionState state = image.partitionAt(unsettled.nextInt());
            if (state.releasing() == id && state.resource().ownership() == OwnershipMode.TOKEN_FENCED) {
                steps.released(state);
            }
        }
        if (steps.isEmpty()) {
            return Decision.nothing(false);
        }
        String sentence = Facts.join(
                "Broker " + id + " did not release within " + timeoutMs + " ms what its epoch keeps it from",
                steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.HAND_OVER, Facts.CONTROLLER, sentence), steps.records(), offset -> true);
    }
}
