package io.muster.controller.decide;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.MovePartitionRequest;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Hands the leadership of one partition to another of its ready replicas, and makes that one the preferred, so that balance
 * does not take it back.
 *
 * @param request what is to move where
 */
public record MoveLeader(MovePartitionRequest request) implements Command<ChangeReply> {
    @Override
    public String name() {
        return "move-leader";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        PartitionState before = ResourceChecks.partition(image, request.getResource(), request.getPartition());
        Broker to = Facts.named(image, request.getTo());
        String what = before.resource().name() + "/" + before.partition();
        if (before.leader() == to.id()) {
            return Decision.nothing(reply(-1, "Broker " + to.id() + " leads " + what + " already"));
        }
        check(
                !image.isParked(before.slot()),
                what,
                to,
                "it is parked; see why with 'muster partitions list --parked', then 'muster partitions release " + what
                        + "'");
        check(
                before.hasReplica(to.id()),
                what,
                to,
                "it has no replica of it; its replicas are on the brokers " + Arrays.toString(before.replicas()));
        check(to.isUnfenced(), what, to, "that broker is " + to.state() + ": " + Facts.clause(to.reason()));
        check(before.isReady(to.id()), what, to, "its replica is not ready yet; try again when it is");
        check(!before.isRemoving(to.id()), what, to, "its replica is about to be removed");
        Steps steps = new Steps(image);
        PartitionState preferred =
                before.edit().replicas(inFront(before.replicas(), to.id())).build();
        String sentence = handOver(steps, preferred, to.id(), what);
        return new Decision<>(
                Decision.cause(CauseKind.OPERATOR, Facts.CONTROLLER, sentence),
                steps.records(),
                offset -> reply(offset, sentence));
    }

    private static String handOver(Steps steps, PartitionState preferred, int to, String what) {
        if (preferred.leader() != NONE) {
            steps.revoke(preferred, to);
            return "Broker " + preferred.leader() + " hands " + what + " over to broker " + to;
        }
        if (preferred.isHandingOver()) {
            steps.changes.put(preferred.edit().target(to));
            return "Broker " + to + " gets " + what + " as soon as broker " + preferred.releasing()
                    + " has released it";
        }
        steps.settle(preferred.edit().leader(to).target(NONE).build());
        return "Broker " + to + " leads " + what + ", which had no leader";
    }

    private static int[] inFront(int[] replicas, int id) {
        return IntStream.concat(IntStream.of(id), Arrays.stream(replicas).filter(r -> r != id))
                .toArray();
    }

    private static void check(boolean holds, String what, Broker to, String otherwise) {
        if (!holds) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Leadership of " + what + " cannot go to broker " + to.id() + ": " + otherwise + ".");
        }
    }

    private static ChangeReply reply(long offset, String message) {
        return ChangeReply.newBuilder().setOffset(offset).setMessage(message).build();
    }
}
