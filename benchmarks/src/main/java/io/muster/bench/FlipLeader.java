package io.muster.bench;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionChanges;
import io.muster.metadata.image.PartitionState;
import java.util.List;

/** The smallest change that moves work: the leader of one partition becomes the other of its first two replicas. */
record FlipLeader(int slot) implements Command<Boolean> {
    @Override
    public String name() {
        return "flip-leader";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        PartitionChanges changes = new PartitionChanges(image);
        PartitionState state = changes.get(slot);
        changes.put(state.edit().leader(state.leader() == state.replica(0) ? state.replica(1) : state.replica(0)));
        Record record =
                Record.newBuilder().setPartitionChanges(changes.toRecord()).build();
        return new Decision<>(
                Decision.cause(CauseKind.BALANCE, "controller", "Measured."), List.of(record), offset -> true);
    }
}
