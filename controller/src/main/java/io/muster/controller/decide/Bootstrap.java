package io.muster.controller.decide;


import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record Bootstrap(String clusterId) implements Command<Boolean> {
    @Override
    public String name() {
        return "bootstrap";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
