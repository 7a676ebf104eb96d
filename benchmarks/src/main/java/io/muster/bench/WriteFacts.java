package io.muster.bench;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import java.util.List;
import java.util.function.Function;

/** Writes facts as they are given, to bring a cluster into the state that is to be measured. */
record WriteFacts(Function<MetadataImage, List<Record>> facts) implements Command<Boolean> {
    @Override
    public String name() {
        return "write-facts";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        return new Decision<>(
                Decision.cause(CauseKind.RESOURCE_CHANGE, "controller", "Set up for a measurement."),
                facts.apply(image),
                offset -> true);
    }
}
