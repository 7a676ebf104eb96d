package io.muster.controller.decide;

import io.muster.rpc.v1.DeleteResourceRequest; import io.muster.rpc.v1.ChangeReply;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record DeleteResource(DeleteResourceRequest request) implements Command<ChangeReply> {
    @Override
    public String name() {
        return "delete-resource";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
