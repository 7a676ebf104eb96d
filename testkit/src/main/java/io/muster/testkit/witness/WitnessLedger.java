package io.muster.testkit.witness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The judgement of the witness, pure: takes beats with their arrival time, keeps the newest owner of every partition.
 *
 * <p>A beat with a lower epoch than the newest one is refused, always: that is what a storage that checks the token does. It
 * is an {@link Overlap} only if its owner's guard was <em>asked</em> after the newer owner's guard had said yes. A beat that
 * was guarded in time and arrived late is no overlap, because its owner was paused between the check and the effect. Two nodes at one epoch are an
 * overlap at once. Not thread-safe.
 */
final class WitnessLedger {
    /** Most gaps and overlaps kept, each; older ones are dropped, counts go on. */
    static final int MAX_KEPT = 100_000;

    private static final class Entry {
        int node;
        long epoch;
        long firstNanos;
        long lastNanos;
        long firstGuardedNanos;
        long lastAskedNanos;
    }

    private final Map<WitnessedPartition, Entry> entries = new HashMap<>();
    /** By node: what its own guards and this ledger refused. */
    private final Map<Integer, Long> refusals = new HashMap<>();

    private final List<ServiceGap> gaps = new ArrayList<>();
    private final List<Overlap> overlaps = new ArrayList<>();
    private long accepted;
    private long refused;
    private long guardRefusals;
    private long overlapCount;

    /**
     * Judges a beat.
     *
     * @param node who sent it
     * @param nowNanos when it arrived
     * @return true if it was accepted
     */
    boolean beat(int node, Beat beat, long nowNanos) {
        Entry entry = entries.get(beat.partition());
        if (entry == null) {
            entry = new Entry();
            entries.put(beat.partition(), entry);
            own(entry, node, beat, nowNanos);
        } else if (beat.epoch() < entry.epoch) {
            return refuse(entry, node, beat);
        } else if (beat.epoch() > entry.epoch) {
            keep(
                    gaps,
                    new ServiceGap(
                            beat.partition(), entry.node, entry.epoch, node, beat.epoch(), entry.lastNanos, nowNanos));
            long early = entry.lastAskedNanos - beat.guardedNanos();
            if (early > 0 && node != entry.node) {
                overlapCount++;
                keep(overlaps, new Overlap(beat.partition(), entry.node, entry.epoch, node, beat.epoch(), early));
            }
            own(entry, node, beat, nowNanos);
        } else if (node != entry.node) {
            overlap(entry, node, beat, beat.guardedNanos() - entry.firstGuardedNanos);
            count(node);
            return false;
        }
        entry.lastNanos = nowNanos;
        entry.lastAskedNanos = beat.askedNanos();
        accepted++;
        return true;
    }

    private boolean refuse(Entry entry, int node, Beat beat) {
        count(node);
        long late = beat.askedNanos() - entry.firstGuardedNanos;
        if (late > 0 && node != entry.node) {
            overlap(entry, node, beat, late);
        }
        return false;
    }

    private void overlap(Entry entry, int node, Beat beat, long byNanos) {
        overlapCount++;
        keep(overlaps, new Overlap(beat.partition(), node, beat.epoch(), entry.node, entry.epoch, byNanos));
    }

    private static void own(Entry entry, int node, Beat beat, long nowNanos) {
        entry.node = node;
        entry.epoch = beat.epoch();
        entry.firstNanos = nowNanos;
        entry.firstGuardedNanos = beat.guardedNanos();
    }

    private static <T> void keep(List<T> list, T item) {
        if (list.size() == MAX_KEPT) {
            list.subList(0, MAX_KEPT / 2).clear();
        }
        list.add(item);
    }

    private void count(int node) {
        refused++;
        refusals.merge(node, 1L, Long::sum);
    }

    /** Counts attempts that an owner's guard refused. */
    void guardRefused(int node, long count) {
        guardRefusals += count;
        if (count > 0) {
            refusals.merge(node, count, Long::sum);
        }
    }

    /** Attempts of one node that its own guards or this ledger refused. */
    long refusals(int node) {
        return refusals.getOrDefault(node, 0L);
    }

    /** The newest owner of every partition, by resource and number. */
    List<Service> services() {
        return entries.entrySet().stream()
                .map(e -> new Service(
                        e.getKey(),
                        e.getValue().node,
                        e.getValue().epoch,
                        e.getValue().firstNanos,
                        e.getValue().lastNanos))
                .sorted(Comparator.comparing((Service s) -> s.partition().resource())
                        .thenComparing(s -> s.partition().number()))
                .toList();
    }

    @Nullable
    Service service(WitnessedPartition partition) {
        Entry e = entries.get(partition);
        return e == null ? null : new Service(partition, e.node, e.epoch, e.firstNanos, e.lastNanos);
    }

    /** Changes of owner whose first beat came at or after {@code sinceNanos}, oldest first. */
    List<ServiceGap> gapsSince(long sinceNanos) {
        return gaps.stream().filter(g -> g.firstNanos() - sinceNanos >= 0).toList();
    }

    List<Overlap> overlaps() {
        return List.copyOf(overlaps);
    }

    WitnessTotals totals() {
        return new WitnessTotals(entries.size(), accepted, refused, guardRefusals, overlapCount);
    }
}
