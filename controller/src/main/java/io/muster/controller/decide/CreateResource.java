package io.muster.controller.decide;

import io.muster.rpc.v1.CreateResourceRequest; import io.muster.rpc.v1.CreateResourceReply;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record CreateResource(CreateResourceRequest request) implements Command<CreateResourceReply> {
    @Override
    public String name() {
        return "create-resource";
    }

    @Override
    public Decision<CreateResourceReply> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
