package io.muster.testkit.sim;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.agent.Ownership;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** The cluster as checks see it. Not thread-safe. */
final class ClusterView implements SimView {
    private final SimCluster cluster;

    ClusterView(SimCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Duration time() {
        return Duration.ofNanos(cluster.queue().nowNs());
    }

    @Override
    public OptionalInt leaderOf(String resource, int partition) {
        MetadataImage image = cluster.invariants().image();
        int leader = image.resource(resource)
                .flatMap(found -> image.partition(found.id(), partition))
                .map(PartitionState::leader)
                .orElse(NONE);
        return leader == NONE ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    @Override
    public Set<Integer> ownersOf(String resource, int partition) {
        Set<Integer> owners = new TreeSet<>();
        for (SimNode node : cluster.nodes()) {
            SimBroker broker = node.broker;
            if (broker == null) {
                continue;
            }
            for (Ownership ownership : broker.core().ownerships()) {
                if (ownership.partition().number() == partition
                        && ownership.partition().resource().equals(resource)
                        && ownership.isValid()) {
                    owners.add(node.id);
                }
            }
        }
        return owners;
    }

    @Override
    public Set<Integer> liveBrokers() {
        return cluster.liveBrokers();
    }
}
