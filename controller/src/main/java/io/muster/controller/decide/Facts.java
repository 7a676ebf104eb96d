package io.muster.controller.decide;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.Losses;
import io.muster.metadata.image.MetadataImage;

/** Small facts that several decisions write or ask for. */
final class Facts {
    static final String CONTROLLER = "controller";

    private Facts() {}

    static String actor(int broker) {
        return "broker " + broker;
    }

    static Record state(Broker broker, BrokerState state, String reason) {
        return state(broker.id(), broker.epoch(), state, reason);
    }

    static Record state(Broker broker, BrokerState state, String reason, Losses losses) {
        Record record = state(broker, state, reason);
        return losses.equals(broker.losses())
                ? record
                : record.toBuilder()
                        .setBrokerState(record.getBrokerState().toBuilder().setLosses(losses.toRecord()))
                        .build();
    }

    static Record state(int id, long epoch, BrokerState state, String reason) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setState(state)
                        .setReason(reason))
                .build();
    }

    /**
     * The broker at the epoch that its message carries.
     *
     * @throws MusterException STALE_EPOCH if the message comes from another incarnation than the registered one
     */
    static Broker current(MetadataImage image, int id, long epoch) {
        Broker broker = image.broker(id).orElse(null);
        if (broker == null) {
            throw new MusterException(
                    ErrorCode.STALE_EPOCH, "Broker " + id + " is not registered; it has to register first.");
        }
        if (broker.epoch() != epoch) {
            throw new MusterException(
                    ErrorCode.STALE_EPOCH,
                    "Broker " + id + " speaks with epoch " + epoch + " and is registered with epoch " + broker.epoch()
                            + "; a newer process has its place, or it has to register again.");
        }
        return broker;
    }

    /**
     * A broker that an operator names.
     *
     * @throws MusterException NOT_FOUND with what to do
     */
    static Broker named(MetadataImage image, int id) {
        return image.broker(id)
                .orElseThrow(() -> new MusterException(
                        ErrorCode.NOT_FOUND,
                        "There is no broker " + id + "; 'muster brokers list' shows those that there are."));
    }

    /** {@code text} without a full stop at its end, to go on with. */
    static String clause(String text) {
        String trimmed = text.strip();
        return trimmed.endsWith(".") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
    }

    /** "{@code head}; {@code tail}", or the one that is not empty. */
    static String join(String head, String tail) {
        if (head.isEmpty()) {
            return tail;
        }
        return tail.isEmpty() ? head : head + "; " + tail;
    }
}
