package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;

/**
 * Lets a broker own work: it is caught up and its application is ready. Partitions that nobody leads and that it can lead are
 * granted in the same batch. True if it is unfenced now; false if it is stopping, held by an operator, or has to wait because it
 * was lost again and again while others could do its work.
 *
 * @param id the broker
 * @param epoch its epoch
 * @param reason why now, a clause for the log
 */
public record UnfenceBroker(int id, long epoch, String reason) implements Command<Boolean> {
    @Override
    public String name() {
        return "unfence-broker";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Broker broker = Facts.current(image, id, epoch);
        if (!broker.isFenced()) {
            return Decision.nothing(broker.isUnfenced());
        }
        if (OperatorHold.isHeld(broker) || (broker.losses().isWaiting(wallMs) && anotherIsUnfenced(image))) {
            return Decision.nothing(false);
        }
        Steps steps = new Steps(image);
        steps.roster.setLive(id, true);
        PrimitiveIterator.OfInt leaderless = image.sets().leaderless();
        while (leaderless.hasNext()) {
            PartitionState state = image.partitionAt(leaderless.nextInt());
            if (!state.isHandingOver()) {
                steps.grantLeaderless(state, true);
            }
        }
        List<Record> records = new ArrayList<>();
        records.add(Facts.state(broker, BrokerState.UNFENCED, reason));
        records.addAll(steps.records());
        String sentence = Facts.join("Broker " + id + " was unfenced: " + Facts.clause(reason), steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.BROKER_UNFENCED, Facts.actor(id), sentence), records, offset -> true);
    }

    /** A broker that flaps is better than none. */
    private static boolean anotherIsUnfenced(MetadataImage image) {
        for (Broker other : image.brokers()) {
            if (other.isUnfenced()) {
                return true;
            }
        }
        return false;
    }
}
