package io.muster.controller.decide;

import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Suspect;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.ReleasePartitionRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * An operator lets a parked partition be led again: it is granted at once if somebody can lead it, and what it was suspected of
 * is forgotten.
 *
 * @param request which
 */
public record ReleasePartition(ReleasePartitionRequest request) implements Command<ChangeReply> {
    @Override
    public String name() {
        return "release-partition";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        PartitionState state = ResourceChecks.partition(image, request.getResource(), request.getPartition());
        String what = state.resource().name() + "/" + state.partition();
        Suspect suspect = image.suspect(state.slot()).orElse(null);
        if (suspect == null) {
            return Decision.nothing(reply(-1, what + " is neither parked nor suspected"));
        }
        Steps steps = new Steps(image);
        if (suspect.parked()) {
            steps.unpark(state);
        }
        List<Record> records = new ArrayList<>();
        records.add(Suspicions.cleared(state.slot()));
        records.addAll(steps.records());
        String head = suspect.parked() ? what + " was released" : what + " is no longer suspected";
        String sentence = Facts.join(head, steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.OPERATOR, Facts.CONTROLLER, sentence),
                records,
                offset -> reply(offset, sentence));
    }

    private static ChangeReply reply(long offset, String message) {
        return ChangeReply.newBuilder().setOffset(offset).setMessage(message).build();
    }
}
