package io.muster.testkit.invariant;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;

/** Invariants 8 and 12: what an image still lacks, given who lives. Stateless. */
final class Convergence {
    private Convergence() {}

    /** Empty if every live broker is unfenced, all work is led and no hand-over goes on. */
    static Optional<String> missing(MetadataImage image, Set<Integer> live) {
        Set<Integer> unfenced = new HashSet<>();
        for (int id : live) {
            Broker broker = image.broker(id).orElse(null);
            if (broker == null || !broker.isUnfenced()) {
                return Optional.of("broker " + id + " lives and is "
                        + (broker == null ? "not registered" : broker.state() + ": " + broker.reason()));
            }
            unfenced.add(id);
        }
        Optional<String> unled = notLed(image, unfenced);
        if (unled.isPresent()) {
            return unled;
        }
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            PartitionState state = image.partitionAt(unsettled.nextInt());
            if (state.isHandingOver()) {
                return Optional.of("a hand-over goes on: " + state);
            }
        }
        return Optional.empty();
    }

    /**
     * A partition that one of {@code live} could lead and none of them does; empty if there is none. One that is parked is led
     * by nobody on purpose.
     */
    static Optional<String> notLed(MetadataImage image, Set<Integer> live) {
        for (Resource resource : image.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = image.partitionAt(resource.slotOf(p));
                boolean led = state.leader() != NONE && live.contains(state.leader());
                boolean handedOver = state.isHandingOver() && live.contains(state.releasing());
                if (!led && !handedOver && !image.isParked(state.slot()) && hasCandidate(state, live)) {
                    return Optional.of("nobody alive leads " + state);
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasCandidate(PartitionState state, Set<Integer> live) {
        if (state.resource().stateKind() == StateKind.STATE_NONE) {
            return state.resource().replicationFactor() == 1
                    ? !live.isEmpty()
                    : Arrays.stream(state.replicas()).anyMatch(live::contains);
        }
        return Arrays.stream(state.readyBrokers()).anyMatch(live::contains);
    }
}
