package io.muster.metadata.image;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one batch changed.
 *
 * @param partitions every partition that changed, appeared or went, each at most once
 * @param brokers every broker that changed, appeared or went
 * @param created resources that appeared
 * @param removed resources that went
 */
public record ImageDelta(
        List<PartitionChange> partitions, List<BrokerChange> brokers, List<Resource> created, List<Resource> removed) {

    /** A partition before and after; null before it existed, null after it was deleted. */
    public record PartitionChange(
            @Nullable PartitionState before, @Nullable PartitionState after) {}

    /** A broker before and after; null before it was registered, null after it was removed. */
    public record BrokerChange(
            @Nullable Broker before, @Nullable Broker after) {}

    public boolean isEmpty() {
        return partitions.isEmpty() && brokers.isEmpty() && created.isEmpty() && removed.isEmpty();
    }
}
