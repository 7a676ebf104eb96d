package io.muster.controller.decide;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Cause;
import io.muster.log.v1.Record;
import io.muster.log.v1.RequestRecord;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.ChangeOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A change with the options that every administrative change has: an idempotency key whose retry gets the same reply, a dry
 * run, and an expected offset.
 *
 * <p>The reply is kept in the same batch as the facts, so that it is known exactly when they are.
 *
 * @param <R> the reply
 * @param change what is to be changed
 * @param options how
 * @param replyType the class of the reply
 */
public record AdminChange<R extends Message>(Command<R> change, ChangeOptions options, Class<R> replyType)
        implements Command<R> {
    /** Most characters of an idempotency key, and of an actor. */
    public static final int MAX_KEY_CHARS = 200;

    @Override
    public String name() {
        return change.name();
    }

    @Override
    public Decision<R> decide(MetadataImage image, long wallMs) {
        checkLength("request id", options.getRequestId());
        checkLength("actor", options.getActor());
        Optional<R> answer = options.getRequestId().isEmpty() ? Optional.empty() : answered(image);
        if (answer.isPresent()) {
            return Decision.nothing(answer.get());
        }
        // The client's offset is the image's next offset, as every reply prints it; 0 asks for nothing.
        if (options.getExpectedOffset() != 0 && options.getExpectedOffset() != image.nextOffset()) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "The change expects the cluster at offset " + options.getExpectedOffset() + " and it is at "
                            + image.nextOffset() + "; look at the cluster again, then repeat the change.");
        }
        Decision<R> decision = change.decide(image, wallMs);
        // Nothing is written, so there is no offset at which it stands.
        if (options.getDryRun() || decision.isEmpty()) {
            return Decision.nothing(decision.reply().apply(-1));
        }
        return new Decision<>(cause(decision.cause()), records(decision, image.nextOffset()), decision.reply());
    }

    private Cause cause(Cause cause) {
        Cause.Builder named = cause.toBuilder().setRequestId(options.getRequestId());
        return (options.getActor().isEmpty() ? named : named.setActor(options.getActor())).build();
    }

    private List<Record> records(Decision<R> decision, long offset) {
        if (options.getRequestId().isEmpty()) {
            return decision.records();
        }
        List<Record> records = new ArrayList<>(decision.records());
        records.add(Record.newBuilder()
                .setRequest(RequestRecord.newBuilder()
                        .setRequestId(options.getRequestId())
                        .setReply(Any.pack(decision.reply().apply(offset)).toByteString()))
                .build());
        return records;
    }

    private Optional<R> answered(MetadataImage image) {
        return image.answerTo(options.getRequestId()).map(bytes -> {
            try {
                Any reply = Any.parseFrom(bytes);
                if (reply.is(replyType)) {
                    return reply.unpack(replyType);
                }
            } catch (InvalidProtocolBufferException e) {
                throw new MusterException(
                        ErrorCode.CORRUPT,
                        "The kept answer to request " + options.getRequestId() + " cannot be read.",
                        e);
            }
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The request id " + options.getRequestId()
                            + " was used for another kind of request; use a new id for each new request.");
        });
    }

    private static void checkLength(String what, String value) {
        if (value.length() > MAX_KEY_CHARS) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The " + what + " has " + value.length() + " characters and the limit is " + MAX_KEY_CHARS + ".");
        }
    }
}
