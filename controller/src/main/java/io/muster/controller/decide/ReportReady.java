package io.muster.controller.decide;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.PartitionRefs;
import java.util.List;
import java.util.Optional;
import java.util.function.ObjIntConsumer;

/**
 * Replicas became ready, or are ready no longer. A partition that nobody leads is granted at once, a move goes on, and a leader
 * that is not ready hands over. What names no replica of the broker is passed over: the broker has not yet seen what changed. So is
 * all of it while the broker is fenced; it reports again when it is unfenced. True if something changed.
 *
 * @param id the broker
 * @param epoch its epoch
 * @param ready replicas that became ready
 * @param unready replicas that are ready no longer
 */
public record ReportReady(int id, long epoch, List<PartitionRefs> ready, List<PartitionRefs> unready)
        implements Command<Boolean> {
    public ReportReady {
        ready = List.copyOf(ready);
        unready = List.copyOf(unready);
    }

    @Override
    public String name() {
        return "report-ready";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Broker broker = Facts.current(image, id, epoch);
        if (broker.isFenced()) {
            return Decision.nothing(false);
        }
        Steps steps = new Steps(image);
        int[] count = {0, 0};
        forEach(image, unready, (resource, p) -> count[1] += lose(steps, resource.slotOf(p)) ? 1 : 0);
        forEach(image, ready, (resource, p) -> count[0] += gain(steps, resource.slotOf(p)) ? 1 : 0);
        if (steps.isEmpty()) {
            return Decision.nothing(false);
        }
        String lost = count[1] == 0 ? "" : ", " + count[1] + " no longer";
        String sentence = Facts.join(
                Steps.count(count[0], "replica") + " of broker " + id + " became ready" + lost, steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.READY_CHANGE, Facts.actor(id), sentence), steps.records(), offset -> true);
    }

    private static void forEach(MetadataImage image, List<PartitionRefs> refs, ObjIntConsumer<Resource> action) {
        for (PartitionRefs ref : refs) {
            Optional<Resource> resource = image.resource(ref.getResourceId());
            if (resource.isEmpty()) {
                continue;
            }
            for (int i = 0; i < ref.getPartitionsCount(); i++) {
                int p = ref.getPartitions(i);
                if (p >= 0 && p < resource.get().partitions()) {
                    action.accept(resource.get(), p);
                }
            }
        }
    }

    private boolean gain(Steps steps, int slot) {
        PartitionState state = steps.changes.get(slot);
        if (!state.hasReplica(id) || state.isReady(id)) {
            return false;
        }
        PartitionState now = state.edit().ready(id, true).build();
        if (now.leader() != NONE || now.isHandingOver() || !steps.grantLeaderless(now, false)) {
            steps.settle(now);
        }
        return true;
    }

    private boolean lose(Steps steps, int slot) {
        PartitionState state = steps.changes.get(slot);
        if (!state.isReady(id)) {
            return false;
        }
        PartitionState now = state.edit().ready(id, false).build();
        if (now.leader() == id) {
            steps.revoke(now, NONE);
        } else {
            steps.changes.put(now);
        }
        return true;
    }
}
