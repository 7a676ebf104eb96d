package io.muster.controller.decide;

import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import java.util.List;
import java.util.function.LongFunction;

/**
 * What was decided: facts, their cause, and the reply.
 *
 * <p>An empty decision, too, rests on everything the image holds: its reply is given only once all batches below the image's
 * next offset are committed.
 *
 * @param <R> what the asker gets
 * @param cause why
 * @param records the facts; empty when nothing has to change
 * @param reply makes the reply from the offset at which the facts stand (or would stand: the image's next offset)
 */
public record Decision<R>(Cause cause, List<Record> records, LongFunction<R> reply) {
    public Decision {
        records = List.copyOf(records);
    }

    /** Nothing has to change. */
    public static <R> Decision<R> nothing(R reply) {
        return new Decision<>(Cause.getDefaultInstance(), List.of(), offset -> reply);
    }

    public static Cause cause(CauseKind kind, String actor, String sentence) {
        return Cause.newBuilder()
                .setKind(kind)
                .setActor(actor)
                .setSentence(sentence)
                .build();
    }

    public boolean isEmpty() {
        return records.isEmpty();
    }
}
