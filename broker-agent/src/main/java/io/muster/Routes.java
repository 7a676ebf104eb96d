package io.muster;

import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who leads what, at one offset of the metadata log. Immutable: ask {@link Muster#routes()} again for newer ones. It tells
 * where to send work, not who may act: only an {@link io.muster.agent.Ownership} tells that.
 */
public final class Routes {
    private final MetadataImage image;

    Routes(MetadataImage image) {
        this.image = image;
    }

    /** The number of changes that these routes reflect; it only grows. */
    public long offset() {
        return image.nextOffset();
    }

    /** Names of all resources, in order. */
    public List<String> resources() {
        List<String> names = new ArrayList<>();
        image.resources().forEach(resource -> names.add(resource.name()));
        return names;
    }

    /** How many partitions a resource has; 0 if there is no such resource. */
    public int partitionsOf(String resource) {
        return image.resource(resource).map(Resource::partitions).orElse(0);
    }

    /** The leader of a partition; empty if it has none now, or does not exist. */
    public Optional<Leader> leaderOf(String resource, int partition) {
        return image.resource(resource)
                .flatMap(found -> image.partition(found.id(), partition))
                .flatMap(this::leaderOf);
    }

    private Optional<Leader> leaderOf(PartitionState state) {
        return image.broker(state.leader())
                .map(broker -> new Leader(broker.id(), state.leaderEpoch(), broker.endpoints(), broker.host()));
    }
}
