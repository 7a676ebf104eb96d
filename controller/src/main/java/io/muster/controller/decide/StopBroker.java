package io.muster.controller.decide;


import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record StopBroker(int id, long epoch) implements Command<Boolean> {
    @Override
    public String name() {
        return "stop-broker";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
