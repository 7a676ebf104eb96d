package io.muster.testkit.invariant;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.log.v1.CauseKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Invariants 8, 9 and 10 as far as the log shows them: work of a broker that was fenced is given to a live candidate in the same
 * batch; balancing, left alone, does not go round in circles; fencing moves nothing but what the fenced broker
 * led. That a dead broker is fenced in time, and that nothing at all is written in peace, only a clock can tell.
 */
final class MoveInvariants {
    /** Time alone may give a reason to go back: a broker has been away for long enough. It does not do so for ever. */
    private static final int MOST_RETURNS = 2;

    private final Tally tally;
    /** How often balancing has put each partition in each place since the last other batch: slot to place to times. */
    private final Map<Integer, Map<String, Integer>> places = new HashMap<>();

    MoveInvariants(Tally tally) {
        this.tally = tally;
    }

    void check(Applied applied) {
        CauseKind cause = applied.batch().getCause().getKind();
        if (cause != CauseKind.BALANCE) {
            // Whatever it is, it may give balancing a new reason.
            places.clear();
        } else {
            applied.delta().partitions().forEach(change -> checkNoCircle(change, applied.offset()));
        }
        if (cause == CauseKind.SESSION_TIMEOUT || cause == CauseKind.PROOF_OF_DEATH) {
            applied.delta().partitions().forEach(change -> checkFenced(change, applied));
        }
    }

    private void checkNoCircle(ImageDelta.PartitionChange change, long offset) {
        PartitionState before = change.before();
        PartitionState after = change.after();
        if (before == null || after == null) {
            return;
        }
        tally.checked(9);
        if (!place(before).equals(place(after))) {
            int times =
                    places.computeIfAbsent(after.slot(), s -> new HashMap<>()).merge(place(after), 1, Integer::sum);
            if (times > MOST_RETURNS) {
                throw tally.broken(
                        9, after + " was balanced back to where it had been " + times + " times, at offset " + offset);
            }
        }
    }

    private static String place(PartitionState state) {
        int owner = state.leader() != NONE ? state.leader() : state.target();
        return Arrays.toString(state.replicas()) + owner + "/" + state.addingMask() + "/" + state.removingMask() + "/"
                + state.readyMask() + "/" + state.releasing();
    }

    private void checkFenced(ImageDelta.PartitionChange change, Applied applied) {
        PartitionState before = change.before();
        PartitionState after = change.after();
        if (before == null || after == null) {
            return;
        }
        MetadataImage image = applied.after();
        tally.checked(10);
        if (before.leader() != NONE && before.leader() != after.leader() && lives(image, before.leader())) {
            throw tally.broken(
                    10,
                    after + " lost a leader that lives, in the batch at offset " + applied.offset()
                            + " that fences another");
        }
        tally.checked(8);
        if (after.leader() == NONE && !after.isHandingOver()) {
            for (int candidate : after.readyBrokers()) {
                if (image.broker(candidate).map(Broker::isUnfenced).orElse(false)) {
                    throw tally.broken(
                            8,
                            after + " is left without a leader at offset " + applied.offset() + " and broker "
                                    + candidate + " could lead it");
                }
            }
        }
    }

    private static boolean lives(MetadataImage image, int id) {
        return image.broker(id).map(broker -> !broker.isFenced()).orElse(false);
    }
}
