package io.muster.controller.decide;

import io.muster.log.v1.Record;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Suspect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions fail their owners, as one decision sees and changes it. A strike is one owner at one leader epoch that
 * failed to lead the partition several times in a row, or whose process ended while it began to; each epoch counts once, so a
 * report may come twice. A broker that fails again before another one did adds none: the fault may be its own. Brokers that die
 * otherwise accuse no partition, however many and however fast.
 *
 * <p>A partition is parked when its row of strikes is long enough <em>and</em> it stands out: hardly another one has nearly as
 * many. In an outage that is not the partitions' fault (a database is gone, everything is killed while it starts) many fail
 * alike and nothing is parked. Not thread-safe; lives for one decision.
 */
final class Suspicions {
    /** How long an owner has to say that it leads well, once it must: a heartbeat that gets lost is said again within it. */
    private static final long ANSWER_MS = 2000;

    private final MetadataImage image;
    private final Parking rules;
    private final long wallMs;
    private final int limit;
    private final TreeMap<Integer, Suspect> now = new TreeMap<>();
    private final Map<Integer, Suspect> changed = new TreeMap<>();
    private int parked;

    Suspicions(MetadataImage image, Parking rules, long wallMs) {
        this.image = image;
        this.rules = rules;
        this.wallMs = wallMs;
        this.limit = rules.limit(image.partitionCount());
        for (Suspect suspect : image.suspects()) {
            if (suspect.parked() || !isStale(suspect, rules, wallMs)) {
                now.put(suspect.slot(), suspect);
                parked += suspect.parked() ? 1 : 0;
            }
        }
    }

    /** True if the last strike is so long ago that the suspicion is dropped. */
    static boolean isStale(Suspect suspect, Parking rules, long wallMs) {
        return !suspect.parked() && wallMs - suspect.lastMs() >= rules.windowMs();
    }

    /** What a report led to. */
    enum Outcome {
        /** Nothing: it was known, or too many fail at once. */
        NONE,
        /** The partition should be led by another. */
        SUSPECTED,
        /** Nobody is to lead it any more. */
        PARKED
    }

    /**
     * An owner failed.
     *
     * @param owner the broker
     * @param epoch the leader epoch at which it owned
     * @param died its process ended; otherwise the application said that it cannot
     * @param reason what happened, one sentence
     */
    Outcome strike(PartitionState state, int owner, long epoch, boolean died, String reason) {
        Suspect before = now.get(state.slot());
        if (before != null && before.parked()) {
            return Outcome.NONE;
        }
        if (before == null && now.size() >= Parking.MAX_SUSPECTS) {
            return Outcome.NONE;
        }
        int strikes = before == null ? 1 : before.strikes() + (before.lastOwner() == owner ? 0 : 1);
        if (before != null && epoch <= before.lastEpoch()) {
            return Outcome.NONE;
        }
        if (!died && strikes > rules.owners() && !standsOut(state.slot(), strikes)) {
            // Every owner fails alike, and so do other partitions: moving it about helps nobody.
            return Outcome.NONE;
        }
        boolean park = strikes >= rules.owners() && standsOut(state.slot(), strikes);
        if (park && before != null && isOutdated(state, epoch) && wallMs - before.lastMs() < ANSWER_MS) {
            return Outcome.NONE;
        }
        put(new Suspect(state.slot(), strikes, wallMs, epoch, park, reason, owner));
        parked += park ? 1 : 0;
        return park ? Outcome.PARKED : Outcome.SUSPECTED;
    }

    /**
     * Another broker leads it since. Dead owners may come back together and late, when it has long been led well; who leads it
     * says so, but only after it has become suspected.
     */
    private static boolean isOutdated(PartitionState state, long epoch) {
        return state.leader() != PartitionState.NONE && state.leaderEpoch() > epoch;
    }

    /** Counts itself: with those that have at most one strike less and those that are parked, it must stay within the limit. */
    private boolean standsOut(int slot, int strikes) {
        int alike = 1;
        for (Suspect other : now.values()) {
            if (other.slot() != slot && !other.parked() && other.strikes() >= Math.max(2, strikes - 1)) {
                alike++;
            }
        }
        return alike + parked <= limit;
    }

    /** An owner leads it well: its row begins anew. It stays suspected, so that it does not go back to where it failed. */
    void led(PartitionState state, long epoch) {
        Suspect before = now.get(state.slot());
        if (before != null && !before.parked() && before.strikes() > 1 && epoch > before.lastEpoch()) {
            put(new Suspect(before.slot(), 1, before.lastMs(), epoch - 1, false, before.reason(), before.lastOwner()));
        }
    }

    private void put(Suspect suspect) {
        now.put(suspect.slot(), suspect);
        changed.put(suspect.slot(), suspect);
    }

    boolean isEmpty() {
        return changed.isEmpty();
    }

    List<Record> records() {
        List<Record> records = new ArrayList<>();
        for (Suspect suspect : changed.values()) {
            records.add(Record.newBuilder().setSuspect(suspect.toRecord()).build());
        }
        return records;
    }

    /** "orders/3 was parked after 3 owners in a row: …", for the log. */
    String summary() {
        List<String> parts = new ArrayList<>();
        @Nullable Suspect one = null;
        int others = 0;
        for (Suspect suspect : changed.values()) {
            if (suspect.parked()) {
                parts.add(name(suspect) + " was parked after " + suspect.strikes()
                        + " owners in a row failed, the last: " + Facts.clause(suspect.reason()));
            } else if (one == null) {
                one = suspect;
            } else {
                others++;
            }
        }
        if (one != null) {
            parts.add(name(one) + (others > 0 ? " and " + others + " more" : "") + " suspected, " + one.strikes()
                    + (one.strikes() == 1 ? " owner" : " owners in a row") + " failed");
        }
        return String.join("; ", parts);
    }

    private String name(Suspect suspect) {
        PartitionState state = image.partitionAt(suspect.slot());
        return state.resource().name() + "/" + state.partition();
    }

    /** The record that ends a suspicion. */
    static Record cleared(int slot) {
        return Record.newBuilder()
                .setSuspect(new Suspect(slot, 0, 0, 0, false, "", PartitionState.NONE).toRecord())
                .build();
    }
}
