package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.Released;
import java.util.List;

/**
 * A broker has released what was revoked from it; each partition is granted on. An ack of another leader epoch, or of a
 * partition that is not being handed over, changes nothing: acks may come twice. True if something was granted on.
 *
 * @param id the broker
 * @param epoch its epoch
 * @param released what it no longer acts for, and never will again at that leader epoch
 */
public record ReportReleased(int id, long epoch, List<Released> released) implements Command<Boolean> {
    public ReportReleased {
        released = List.copyOf(released);
    }

    @Override
    public String name() {
        return "report-released";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Broker broker = Facts.current(image, id, epoch);
        Steps steps = new Steps(image);
        int acks = 0;
        for (Released ack : released) {
            PartitionState state =
                    image.partition(ack.getResourceId(), ack.getPartition()).orElse(null);
            // Read through the changes: the same ack may be there twice.
            PartitionState now = state == null ? null : steps.changes.get(state.slot());
            if (now != null && now.releasing() == id && now.leaderEpoch() == ack.getLeaderEpoch()) {
                steps.released(now);
                acks++;
            }
        }
        if (steps.isEmpty()) {
            return Decision.nothing(false);
        }
        if (broker.state() == BrokerState.STOPPING) {
            steps.leave(id);
        }
        String sentence = Facts.join("Broker " + id + " released " + Steps.count(acks, "partition"), steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.HAND_OVER, Facts.actor(id), sentence), steps.records(), offset -> true);
    }
}
