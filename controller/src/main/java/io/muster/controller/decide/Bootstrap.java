package io.muster.controller.decide;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import java.util.List;

/**
 * Writes the cluster's identity as the first batch of its log. Empty if the log has one already; true if it was written.
 *
 * @param clusterId the id that the controller's own storage was formatted with
 */
public record Bootstrap(String clusterId) implements Command<Boolean> {
    @Override
    public String name() {
        return "bootstrap";
    }

    @Override
    public Decision<Boolean> decide(MetadataImage image, long wallMs) {
        if (image.nextOffset() == 0) {
            Record record = Record.newBuilder()
                    .setCluster(ClusterRecord.newBuilder().setClusterId(clusterId))
                    .build();
            return new Decision<>(
                    Decision.cause(CauseKind.BOOTSTRAP, Facts.CONTROLLER, "Cluster " + clusterId + " begins"),
                    List.of(record),
                    offset -> true);
        }
        if (!image.clusterId().equals(clusterId)) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "This storage was formatted for cluster " + clusterId + " and its log is of cluster "
                            + image.clusterId() + "; check which directory this node was given.");
        }
        return Decision.nothing(false);
    }
}
