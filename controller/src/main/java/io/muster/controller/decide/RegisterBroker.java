package io.muster.controller.decide;

import io.muster.log.v1.BrokerRecord;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record RegisterBroker(BrokerRecord broker, boolean oldHasSession) implements Command<Long> {
    @Override
    public String name() {
        return "register-broker";
    }

    @Override
    public Decision<Long> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
