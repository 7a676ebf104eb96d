package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.Losses;
import io.muster.metadata.image.MetadataImage;
import java.util.ArrayList;
import java.util.List;

/**
 * Fences a broker and moves its work, in one batch.
 *
 * <p>When the kind says that its lease is over (session timeout, proof of death, a graceful stop that has ended), its work is
 * granted on at once. When it may still act (operator, gray failure), its work is revoked and granted on when it has released or
 * {@link LeaseOver} says so. True if the broker is fenced by this; false if it was fenced already or has registered anew since.
 *
 * @param id the broker
 * @param epoch the epoch that is meant
 * @param kind why
 * @param reason why, a clause for the log: "no heartbeat for 3000 ms"
 * @param flapping how long a broker waits that was lost again and again
 */
public record FenceBroker(int id, long epoch, CauseKind kind, String reason, Flapping flapping)
        implements Command<Boolean> {
    /** With the default rules for flapping. */
    public FenceBroker(int id, long epoch, CauseKind kind, String reason) {
        this(id, epoch, kind, reason, Flapping.DEFAULTS);
    }

    @Override
    public String name() {
        return "fence-broker";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Broker broker = image.broker(id).orElse(null);
        if (broker == null || broker.epoch() != epoch) {
            return Decision.nothing(false);
        }
        boolean leaseOver = kind != CauseKind.OPERATOR && kind != CauseKind.GRAY_FAILURE;
        if (broker.isFenced()) {
            return leaseOver ? new LeaseOver(id, reason).decide(image, wallMs) : Decision.nothing(false);
        }
        if (!Flapping.isLoss(broker, kind)) {
            return fence(image, broker, leaseOver, reason, broker.losses());
        }
        Losses losses = flapping.lost(broker.losses(), wallMs);
        String wait = Flapping.clause(id, losses, wallMs);
        return fence(image, broker, leaseOver, wait.isEmpty() ? reason : Facts.clause(reason) + wait, losses);
    }

    Decision<Boolean> fence(MetadataImage image, Broker broker, boolean leaseOver, String stateReason, Losses losses) {
        Steps steps = new Steps(image);
        steps.lose(id, leaseOver ? Steps.Loss.LEASE_OVER : Steps.Loss.STILL_ACTS);
        List<Record> records = new ArrayList<>();
        records.add(Facts.state(broker, BrokerState.FENCED, stateReason, losses));
        records.addAll(steps.records());
        String sentence = Facts.join("Broker " + id + " was fenced: " + Facts.clause(reason), steps.summary());
        return new Decision<>(Decision.cause(kind, Facts.CONTROLLER, sentence), records, offset -> true);
    }
}
