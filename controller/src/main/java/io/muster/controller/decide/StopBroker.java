package io.muster.controller.decide;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import java.util.ArrayList;
import java.util.List;

/**
 * A broker wants to leave: it gets nothing new, and all that it leads is handed over, each partition to a replica that is ready;
 * where there is none, one is made ready first, while the broker still leads. A few hand-overs at a time: its acknowledgements
 * ({@link ReportReleased}) and asking again go on with what is left. True once it leads nothing and releases nothing, as of the
 * image that was decided against.
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
        boolean done = !steps.leave(id);
        List<Record> records = new ArrayList<>();
        if (broker.isUnfenced()) {
            records.add(Facts.state(broker, BrokerState.STOPPING, "It asked to stop"));
        }
        records.addAll(steps.records());
        if (records.isEmpty()) {
            return Decision.nothing(done);
        }
        String sentence = Facts.join("Broker " + id + " is stopping", steps.summary());
        return new Decision<>(
                Decision.cause(CauseKind.GRACEFUL_STOP, Facts.actor(id), sentence), records, offset -> done);
    }
}
