package io.muster.controller.decide;

import io.muster.rpc.v1.PartitionRefs; import java.util.List;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record ReportReady(int id, long epoch, List<PartitionRefs> ready, List<PartitionRefs> unready) implements Command<Boolean> {
    @Override
    public String name() {
        return "report-ready";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
