package io.muster.testkit.sim;

import io.muster.agent.Partition;
import java.util.HashMap;
import java.util.Map;

/**
 * Storage outside the cluster, shared by all owners: accepts an effect only if its token is not lower than every one it has
 * seen for the partition. Not thread-safe.
 */
final class SimStore {
    /** Where it is in the network: beside all nodes. */
    static final int NODE = -1;

    private final SimCluster cluster;
    private final Map<Partition, Long> highest = new HashMap<>();
    private long accepted;
    private long refused;

    SimStore(SimCluster cluster) {
        this.cluster = cluster;
    }

    /** An effect has arrived; false if it was refused. */
    boolean write(int broker, Partition partition, long epoch) {
        long newest = highest.merge(partition, epoch, Math::max);
        if (epoch < newest && cluster.bugs().storageChecksTokens()) {
            refused++;
            return false;
        }
        accepted++;
        cluster.invariants().effectAccepted(broker, partition, epoch);
        return true;
    }

    long accepted() {
        return accepted;
    }

    long refused() {
        return refused;
    }
}
