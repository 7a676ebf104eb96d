package io.muster.controller.decide;


import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record LeaseOver(int id, String reason) implements Command<Boolean> {
    @Override
    public String name() {
        return "lease-over";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
