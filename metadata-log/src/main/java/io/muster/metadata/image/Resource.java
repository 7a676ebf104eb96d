package io.muster.metadata.image;

import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import java.util.Map;

/**
 * A named set of partitions with one policy.
 *
 * @param id the offset of the batch that created it; never reused
 * @param name unique while the resource exists
 * @param partitions number of partitions, dense from 0
 * @param replicationFactor wanted replicas of each partition
 * @param stateKind what "ready" protects
 * @param ownership how a new owner is kept from overlapping with the old
 * @param firstSlot place of partition 0 in the image's partition table; partition {@code p} is at {@code firstSlot + p}
 * @param requiredTags tags that a broker must carry to host a replica
 */
public record Resource(
        long id,
        String name,
        int partitions,
        int replicationFactor,
        StateKind stateKind,
        OwnershipMode ownership,
        int firstSlot,
        Map<String, String> requiredTags) {
    public Resource {
        requiredTags = Map.copyOf(requiredTags);
    }

    public int slotOf(int partition) {
        return firstSlot + partition;
    }
}
