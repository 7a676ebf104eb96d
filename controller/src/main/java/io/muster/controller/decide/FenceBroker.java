package io.muster.controller.decide;

import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record FenceBroker(int id, long epoch, CauseKind kind, String reason) implements Command<Boolean> {
    @Override
    public String name() {
        return "fence-broker";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
