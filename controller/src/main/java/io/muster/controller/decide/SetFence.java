package io.muster.controller.decide;

import io.muster.rpc.v1.SetBrokerFenceRequest; import io.muster.rpc.v1.ChangeReply;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record SetFence(SetBrokerFenceRequest request) implements Command<ChangeReply> {
    @Override
    public String name() {
        return "set-fence";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
