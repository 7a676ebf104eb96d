package io.muster.testkit.witness;

/**
 * Proof that two nodes held valid ownership of one partition at once: invariant 5 is broken.
 *
 * @param partition the partition
 * @param node the node that should not have owned it any more
 * @param epoch its leader epoch
 * @param rival the node that owned it already
 * @param rivalEpoch the rival's leader epoch
 * @param byNanos how long after the rival's first guarded beat the guard of {@code node} still said yes
 */
public record Overlap(WitnessedPartition partition, int node, long epoch, int rival, long rivalEpoch, long byNanos) {
    @Override
    public String toString() {
        return "%s: node %d owned it at epoch %d, %.1f ms after node %d already owned it at epoch %d"
                .formatted(partition, node, epoch, byNanos / 1e6, rival, rivalEpoch);
    }
}
