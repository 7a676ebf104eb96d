package io.muster.controller.decide;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRemovedRecord;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.DeleteResourceRequest;
import java.util.List;

/**
 * Deletes a resource in one batch, whoever owns its partitions. An owner releases when it applies the batch; one that is cut off
 * goes on until its lease ends. Should the name be created again before that, its owners have higher epochs, since
 * epochs are never reused: whatever checks the epoch refuses the old owner.
 *
 * @param request what is to go
 */
public record DeleteResource(DeleteResourceRequest request) implements Command<ChangeReply> {
    @Override
    public String name() {
        return "delete-resource";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        ResourceChecks.checkName(request.getName());
        Resource resource = image.resource(request.getName())
                .orElseThrow(() -> new MusterException(
                        ErrorCode.NOT_FOUND,
                        "There is no resource " + request.getName()
                                + "; 'muster resources list' shows those that there are."));
        String sentence = "Resource " + resource.name() + " was deleted with its "
                + Steps.count(resource.partitions(), "partition");
        Record record = Record.newBuilder()
                .setResourceRemoved(ResourceRemovedRecord.newBuilder().setResourceId(resource.id()))
                .build();
        return new Decision<>(
                Decision.cause(CauseKind.RESOURCE_CHANGE, Facts.CONTROLLER, sentence),
                List.of(record),
                offset -> ChangeReply.newBuilder()
                        .setOffset(offset)
                        .setMessage(sentence)
                        .build());
    }
}
