package io.muster.controller.decide;

import static io.muster.metadata.image.PartitionState.NONE;

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
 * A broker wants to leave: it gets nothing new, and all that it leads is handed over. Asked again, it goes on with what is
 * left. True once it leads nothing and releases nothing, as of the image that was decided against.
 *
 * @param id the broker
 * @param epoch its epoch
 */
public record StopBroker(int id, long epoch) implements Command<Boolean> {
    @Override
    public String name() {
        return "stop-broker";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        Broker broker = Facts.current(image, id, epoch);
        Steps steps = new Steps(image);
        steps.roster.setLive(id, false);
        boolean releases = false;
        PrimitiveIterator.OfInt slots = image.work(id).iterator();
        while (slots.hasNext()) {
            PartitionState state = image.partitionAt(slots.nextInt());
            releases |= state.releasing() == id;
            if (state.leader() == id) {
                steps.revoke(state, NONE);
            }
        }
        List<Record> records = new ArrayList<>();
        if (broker.isUnfenced()) {
            records.add(Facts.state(broker, BrokerState.STOPPING, "It asked to stop"));
        }
        records.addAll(steps.records());
        boolean done = !releases && steps.isEmpty();
        if (records.isEmpty()) {
            return Decision.nothing(done);
        }
        String sentence = Facts.join("Broker " + id + " is stopping", steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.GRACEFUL_STOP, Facts.actor(id), sentence), records, offset -> done);
    }
}
