package io.muster.controller.rpc;

import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageDelta.BrokerChange;
import io.muster.metadata.image.ImageDelta.PartitionChange;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.HistoryChange;
import io.muster.rpc.v1.ReadHistoryRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells which batches a request asks for, and in words what each did to the broker, partition or resource asked for. Stateless. */
final class HistoryFilter {
    private final ReadHistoryRequest wanted;

    HistoryFilter(ReadHistoryRequest wanted) {
        this.wanted = wanted;
    }

    /** The batch as a reply; empty if it is not asked for. */
    Optional<HistoryChange> match(Applied applied) {
        var batch = applied.batch();
        if (applied.offset() < wanted.getFromOffset() || batch.getTimestampMs() < wanted.getSinceMs()) {
            return Optional.empty();
        }
        List<String> effects = new ArrayList<>();
        boolean concerns = (!wanted.hasBroker() || broker(applied, wanted.getBroker(), effects))
                && (wanted.getResource().isEmpty() || resource(applied, wanted.getResource(), effects));
        return concerns ? Optional.of(change(applied, effects)) : Optional.empty();
    }

    private static HistoryChange change(Applied applied, List<String> effects) {
        return HistoryChange.newBuilder()
                .setOffset(applied.offset())
                .setTimestampMs(applied.batch().getTimestampMs())
                .setControllerEpoch(applied.batch().getControllerEpoch())
                .setCause(applied.batch().getCause())
                .setPartitionsChanged(applied.delta().partitions().size())
                .addAllEffects(effects)
                .build();
    }

    // ---- a broker

    private static boolean broker(Applied applied, int id, List<String> effects) {
        int before = effects.size();
        for (BrokerChange change : applied.delta().brokers()) {
            Broker old = change.before();
            Broker now = change.after();
            if (now != null && now.id() == id) {
                effects.add(registration(old, now));
            } else if (old != null && now == null && old.id() == id) {
                effects.add("broker " + id + " is removed");
            }
        }
        int led = 0;
        int lost = 0;
        int held = 0;
        int dropped = 0;
        int ready = 0;
        int unready = 0;
        for (PartitionChange change : applied.delta().partitions()) {
            PartitionState old = change.before();
            PartitionState now = change.after();
            led += leads(now, id) && !leads(old, id) ? 1 : 0;
            lost += leads(old, id) && !leads(now, id) ? 1 : 0;
            held += holds(now, id) && !holds(old, id) ? 1 : 0;
            dropped += holds(old, id) && !holds(now, id) ? 1 : 0;
            ready += isReady(now, id) && !isReady(old, id) ? 1 : 0;
            unready += isReady(old, id) && !isReady(now, id) ? 1 : 0;
        }
        count(effects, "leads", led, "more");
        count(effects, "leads", lost, "fewer");
        count(effects, "holds replicas of", held, "more");
        count(effects, "holds replicas of", dropped, "fewer");
        count(effects, "is ready for", ready, "more");
        count(effects, "is ready for", unready, "fewer");
        return effects.size() > before;
    }

    private static String registration(@Nullable Broker old, Broker now) {
        if (old == null || old.epoch() != now.epoch()) {
            return "registered with broker epoch " + now.epoch() + ", " + state(now.state());
        }
        return old.state() == now.state()
                ? state(now.state()) + ": " + now.reason()
                : state(old.state()) + " -> " + state(now.state());
    }

    private static String state(BrokerState state) {
        return state.name();
    }

    private static boolean leads(@Nullable PartitionState state, int id) {
        return state != null && state.leader() == id;
    }

    private static boolean holds(@Nullable PartitionState state, int id) {
        return state != null && state.hasReplica(id);
    }

    private static boolean isReady(@Nullable PartitionState state, int id) {
        return state != null && state.isReady(id);
    }

    private static void count(List<String> effects, String does, int n, String how) {
        if (n > 0) {
            effects.add(does + " " + n + " " + (n == 1 ? "partition " : "partitions ") + how);
        }
    }

    // ---- a resource, or a partition of it

    private boolean resource(Applied applied, String name, List<String> effects) {
        return wanted.hasPartition()
                ? partition(applied, name, wanted.getPartition(), effects)
                : wholeResource(applied, name, effects);
    }

    private static boolean wholeResource(Applied applied, String name, List<String> effects) {
        boolean concerns = false;
        for (Resource resource : applied.delta().removed()) {
            if (resource.name().equals(name)) {
                effects.add("deleted with " + resource.partitions() + " partitions");
                concerns = true;
            }
        }
        for (Resource resource : applied.delta().created()) {
            if (resource.name().equals(name)) {
                effects.add("created with " + resource.partitions() + " partitions of " + resource.replicationFactor()
                        + (resource.replicationFactor() == 1 ? " replica" : " replicas"));
                concerns = true;
            }
        }
        if (concerns) {
            return true;
        }
        int changed = 0;
        int leaders = 0;
        for (PartitionChange change : applied.delta().partitions()) {
            PartitionState old = change.before();
            PartitionState now = change.after();
            if (old != null && now != null && now.resource().name().equals(name)) {
                changed++;
                leaders += old.leader() != now.leader() ? 1 : 0;
            }
        }
        if (changed > 0) {
            effects.add(changed + (changed == 1 ? " partition changed, " : " partitions changed, ") + leaders
                    + " of them the leader");
        }
        return changed > 0;
    }

    private static boolean partition(Applied applied, String name, int number, List<String> effects) {
        boolean concerns = false;
        for (PartitionChange change : applied.delta().partitions()) {
            PartitionState any = change.after() == null ? change.before() : change.after();
            if (any != null
                    && any.partition() == number
                    && any.resource().name().equals(name)) {
                effects.addAll(PartitionEffects.of(change));
                concerns = true;
            }
        }
        return concerns;
    }
}
