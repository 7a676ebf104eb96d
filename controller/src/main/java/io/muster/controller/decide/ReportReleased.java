package io.muster.controller.decide;

import io.muster.rpc.v1.Released; import java.util.List;
import io.muster.metadata.image.MetadataImage;

/** Being filled in. */
public record ReportReleased(int id, long epoch, List<Released> released) implements Command<Boolean> {
    @Override
    public String name() {
        return "report-released";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        throw new UnsupportedOperationException("being filled in");
    }
}
