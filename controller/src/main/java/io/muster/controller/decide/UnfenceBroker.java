package io.muster.controller.decide;


import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record UnfenceBroker(int id, long epoch, String reason) implements Command<Boolean> {
    @Override
    public String name() {
        return "unfence-broker";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
