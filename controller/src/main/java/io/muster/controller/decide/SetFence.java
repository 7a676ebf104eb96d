package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.Losses;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * An operator fences a broker, or takes the fence back. The fence holds until it is taken back (see {@link OperatorHold}); then
 * the broker is unfenced as any other, when it says that it is ready. Taking back also ends the wait of a broker that was lost
 * again and again (see {@link Flapping}) and forgets its losses.
 *
 * @param request what is wanted
 */
public record SetFence(SetBrokerFenceRequest request) implements Command<ChangeReply> {
    /** Most characters of a reason. */
    public static final int MAX_REASON_CHARS = 500;

    @Override
    public String name() {
        return "set-fence";
    }

    @Override
    public Decision<ChangeReply> decide(MetadataImage image, long wallMs) {
        Broker broker = Facts.named(image, request.getId());
        return request.getFenced() ? fence(image, broker) : release(broker, wallMs);
    }

    private Decision<ChangeReply> fence(MetadataImage image, Broker broker) {
        if (OperatorHold.isHeld(broker)) {
            return Decision.nothing(reply(-1, "Broker " + broker.id() + " is held already"));
        }
        String reason = "an operator asked" + (why().isEmpty() ? "" : ", " + why());
        String held = OperatorHold.reason(why().isEmpty() ? "no reason given" : why());
        FenceBroker fence = new FenceBroker(broker.id(), broker.epoch(), CauseKind.OPERATOR, reason);
        if (!broker.isFenced()) {
            Decision<Boolean> done = fence.fence(image, broker, false, held, broker.losses());
            return new Decision<>(
                    done.cause(),
                    done.records(),
                    offset -> reply(offset, done.cause().getSentence()));
        }
        return only(
                Facts.state(broker, BrokerState.FENCED, held), "Broker " + broker.id() + " stays fenced: " + reason);
    }

    private Decision<ChangeReply> release(Broker broker, long wallMs) {
        if (OperatorHold.isHeld(broker)) {
            return only(
                    Facts.state(broker, BrokerState.FENCED, "The operator's fence was taken back", Losses.NONE),
                    "The operator's fence of broker " + broker.id() + " was taken back; it joins when it is ready");
        }
        if (broker.isFenced() && broker.losses().isWaiting(wallMs)) {
            return only(
                    Facts.state(broker, BrokerState.FENCED, "An operator cut its wait short", Losses.NONE),
                    "The wait of broker " + broker.id() + " was cut short; it joins when it is ready");
        }
        return Decision.nothing(
                reply(-1, "Broker " + broker.id() + " is not held by an operator and does not wait after losses"));
    }

    private static Decision<ChangeReply> only(Record record, String sentence) {
        List<Record> records = new ArrayList<>();
        records.add(record);
        return new Decision<>(
                Decision.cause(CauseKind.OPERATOR, Facts.CONTROLLER, sentence),
                records,
                offset -> reply(offset, sentence));
    }

    private String why() {
        String clause = Facts.clause(request.getReason());
        return clause.length() > MAX_REASON_CHARS ? clause.substring(0, MAX_REASON_CHARS) : clause;
    }

    private static ChangeReply reply(long offset, String message) {
        return ChangeReply.newBuilder().setOffset(offset).setMessage(message).build();
    }
}
