package io.muster.controller.decide;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.FencingLiftRecord;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.LiftFencingHoldRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * An operator lifts the hold of fencing: until the time is up, the controller, and whoever follows it, fences however many
 * brokers look dead.
 *
 * @param request for how long
 */
public record LiftHold(LiftFencingHoldRequest request) implements Command<ChangeReply> {
    /** The longest lift: a day. A switch that stays off is forgotten. */
    public static final long MAX_MS = 86_400_000;

    @Override
    public String name() {
        return "lift-hold";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        long forMs = request.getDurationMs();
        if (forMs < 0 || forMs > MAX_MS) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The hold of fencing cannot be lifted for " + forMs + " ms; say 0 to " + MAX_MS + ".");
        }
        boolean lifted = wallMs < image.fencingLiftedUntilMs();
        if (forMs == 0 && !lifted) {
            return Decision.nothing(reply(-1, "The hold of fencing is not lifted"));
        }
        String why = Facts.clause(request.getReason());
        String until = Instant.ofEpochMilli(wallMs + forMs)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        String sentence = (forMs == 0
                        ? "Fencing is held again when too many brokers look dead at once"
                        : "Brokers that look dead are fenced however many they are, until " + until)
                + (why.isEmpty() ? "" : ": " + why);
        Record record = Record.newBuilder()
                .setFencingLift(FencingLiftRecord.newBuilder().setUntilMs(forMs == 0 ? 0 : wallMs + forMs))
                .build();
        return new Decision<>(
                Decision.cause(CauseKind.OPERATOR, Facts.CONTROLLER, sentence),
                List.of(record),
                offset -> reply(offset, sentence));
    }

    private static ChangeReply reply(long offset, String message) {
        return ChangeReply.newBuilder().setOffset(offset).setMessage(message).build();
    }
}
