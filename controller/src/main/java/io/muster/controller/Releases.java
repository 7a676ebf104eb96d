package io.muster.controller;

import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Which brokers have still to release what, and since when, as the committed image says. Not thread-safe. */
final class Releases {
    /** Broker to slots, oldest first, each with the moment it was seen. */
    private final Map<Integer, LinkedHashMap<Integer, Long>> byBroker = new HashMap<>();

    void start(MetadataImage image, long nowNs) {
        byBroker.clear();
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            PartitionState state = image.partitionAt(unsettled.nextInt());
            add(state, nowNs);
        }
    }

    /** @param ended hears of each release that is no longer owed, since when it was */
    void follow(ImageDelta delta, long nowNs, LongConsumer ended) {
        for (ImageDelta.PartitionChange change : delta.partitions()) {
            PartitionState before = change.before();
            PartitionState after = change.after();
            if (releasing(before) != releasing(after)) {
                if (before != null) {
                    remove(before, ended);
                }
                if (after != null) {
                    add(after, nowNs);
                }
            }
        }
    }

    private static int releasing(@Nullable PartitionState state) {
        return state == null ? PartitionState.NONE : state.releasing();
    }

    private void add(PartitionState state, long nowNs) {
        if (state.isHandingOver()) {
            byBroker.computeIfAbsent(state.releasing(), b -> new LinkedHashMap<>())
                    .put(state.slot(), nowNs);
        }
    }

    private void remove(PartitionState state, LongConsumer ended) {
        LinkedHashMap<Integer, Long> slots = byBroker.get(state.releasing());
        if (slots != null) {
            Long sinceNs = slots.remove(state.slot());
            if (sinceNs != null) {
                ended.accept(sinceNs);
            }
            if (slots.isEmpty()) {
                byBroker.remove(state.releasing());
            }
        }
    }

    boolean isEmpty() {
        return byBroker.isEmpty();
    }

    /** Brokers that have something to release. */
    List<Integer> brokers() {
        return byBroker.isEmpty() ? List.of() : new ArrayList<>(byBroker.keySet());
    }

    boolean isReleasing(int broker) {
        return byBroker.containsKey(broker);
    }

    int count(int broker) {
        LinkedHashMap<Integer, Long> slots = byBroker.get(broker);
        return slots == null ? 0 : slots.size();
    }

    /** Since when the broker owes its oldest release. */
    long oldestNs(int broker) {
        LinkedHashMap<Integer, Long> slots = byBroker.get(broker);
        return slots == null || slots.isEmpty()
                ? Long.MAX_VALUE
                : slots.values().iterator().next();
    }
}
