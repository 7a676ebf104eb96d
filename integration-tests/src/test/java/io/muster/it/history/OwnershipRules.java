package io.muster.it.history;

import io.muster.log.v1.OwnershipMode;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.PartitionState;
import io.muster.testkit.witness.Beat;
import io.muster.testkit.witness.WitnessedPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** What the owners did, against what the log granted. Not thread-safe. */
final class OwnershipRules {
    private record Grant(long resourceId, int partition, long epoch) {}

    /** One node's beats at one epoch: from the first yes of its guard until it last asked and was told yes. */
    private static final class Tenure {
        private long firstGuardedNanos;
        private long lastAskedNanos;

        Tenure(Beat beat) {
            firstGuardedNanos = beat.guardedNanos();
            lastAskedNanos = beat.askedNanos();
        }

        void add(Beat beat) {
            firstGuardedNanos = Math.min(firstGuardedNanos, beat.guardedNanos());
            lastAskedNanos = Math.max(lastAskedNanos, beat.askedNanos());
        }
    }

    private final List<Effect> effects;
    private final BiConsumer<Rule, String> broken;
    private final Map<Grant, Integer> granted = new HashMap<>();
    private final Set<Long> tokenFenced = new HashSet<>();

    OwnershipRules(List<Effect> effects, BiConsumer<Rule, String> broken) {
        this.effects = effects;
        this.broken = broken;
    }

    /** The next batch of the log. */
    void applied(Applied applied) {
        applied.delta().created().stream()
                .filter(r -> r.ownership() == OwnershipMode.TOKEN_FENCED)
                .forEach(r -> tokenFenced.add(r.id()));
        for (ImageDelta.PartitionChange change : applied.delta().partitions()) {
            PartitionState after = change.after();
            if (after != null && after.leader() != PartitionState.NONE && after.leaderEpoch() == applied.offset()) {
                granted.put(new Grant(after.resource().id(), after.partition(), after.leaderEpoch()), after.leader());
            }
        }
    }

    /** @param end what was granted at or after this offset is not known */
    void judge(long end) {
        Map<WitnessedPartition, Long> newest = new HashMap<>();
        Map<WitnessedPartition, TreeMap<Long, Map<Integer, Tenure>>> tenures = new HashMap<>();
        for (Effect effect : effects) {
            Beat beat = effect.beat();
            if (effect.accepted()) {
                long before = newest.getOrDefault(beat.partition(), -1L);
                if (beat.epoch() < before) {
                    broken.accept(
                            Rule.EPOCHS_RISE,
                            "%s: epoch %d was accepted after %d".formatted(beat.partition(), beat.epoch(), before));
                }
                newest.put(beat.partition(), Math.max(before, beat.epoch()));
            }
            if (beat.epoch() < end) {
                checkGrant(effect);
            }
            tenures.computeIfAbsent(beat.partition(), p -> new TreeMap<>())
                    .computeIfAbsent(beat.epoch(), e -> new HashMap<>())
                    .computeIfAbsent(effect.node(), n -> new Tenure(beat))
                    .add(beat);
        }
        tenures.forEach((partition, byEpoch) -> {
            if (!tokenFenced.contains(partition.resourceId())) {
                checkOverlaps(partition, byEpoch);
            }
        });
    }

    private void checkGrant(Effect effect) {
        Beat beat = effect.beat();
        Integer to = granted.get(
                new Grant(beat.partition().resourceId(), beat.partition().number(), beat.epoch()));
        if (to == null || to != effect.node()) {
            broken.accept(
                    Rule.EPOCH_WAS_GRANTED,
                    "node %d acted for %s with epoch %d, which the log %s"
                            .formatted(
                                    effect.node(),
                                    beat.partition(),
                                    beat.epoch(),
                                    to == null ? "never granted" : "granted to node " + to));
        }
    }

    private void checkOverlaps(WitnessedPartition partition, TreeMap<Long, Map<Integer, Tenure>> byEpoch) {
        Map<Integer, Long> lastAsked = new HashMap<>();
        byEpoch.forEach((epoch, tenures) -> {
            tenures.forEach((node, tenure) -> lastAsked.forEach((other, asked) -> {
                if (!other.equals(node) && asked > tenure.firstGuardedNanos) {
                    broken.accept(
                            Rule.NO_BELIEVED_OVERLAP,
                            "%s: the guard of node %d still said yes %.3f ms after that of node %d did, at epoch %d"
                                    .formatted(
                                            partition, other, (asked - tenure.firstGuardedNanos) / 1e6, node, epoch));
                }
            }));
            tenures.forEach((node, tenure) -> lastAsked.merge(node, tenure.lastAskedNanos, Math::max));
        });
    }
}
