package io.muster.controller.decide;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.controller.placement.FinalReplicas;
import io.muster.controller.placement.LeaderChoice;
import io.muster.controller.placement.Roster;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.Record;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionChanges;
import io.muster.metadata.image.PartitionEdit;
import io.muster.metadata.image.PartitionState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PrimitiveIterator;
import org.jspecify.annotations.Nullable;

/**
 * The steps that a partition can take from owner to owner, and what one decision has changed so far.
 *
 * <p>A planned move is add → ready → revoke → released → grant → drop. Each step is in the log, so that whoever is the
 * controller goes on from where it stands. While a partition is releasing nobody is granted it (invariant 5). Not thread-safe;
 * lives for one decision.
 */
final class Steps {
    private static final int FEWEST_HAND_OVERS_AT_ONCE = 16;

    final Roster roster;
    final PartitionChanges changes;
    private final MetadataImage image;
    private final LeaderChoice choice;
    private final BitSet receivers = new BitSet();
    private final BitSet parkedNow = new BitSet();
    private final BitSet releasedNow = new BitSet();
    private int granted;
    private int revoked;
    private int preparing;
    private int ownerless;
    private int finished;

    Steps(MetadataImage image) {
        this.image = image;
        this.roster = new Roster(image);
        this.changes = new PartitionChanges(image);
        this.choice = new LeaderChoice(roster);
    }

    /** How a broker loses its work. */
    enum Loss {
        /** Its lease is over, its data is still there. */
        LEASE_OVER,
        /** It may still act until it has released or its lease is over. */
        STILL_ACTS,
        /** Its lease is over and its data is gone. */
        DATA_GONE
    }

    /**
     * Takes everything from a broker that is fenced by this decision. Ready sets lose it, except that durable state keeps its
     * last ready replica: nobody else may lead.
     */
    void lose(int id, Loss loss) {
        roster.setLive(id, false);
        PrimitiveIterator.OfInt slots = image.work(id).iterator();
        while (slots.hasNext()) {
            lose(changes.get(slots.nextInt()), id, loss);
        }
    }

    private void lose(PartitionState s, int id, Loss loss) {
        boolean leads = s.leader() == id;
        boolean releases = s.releasing() == id;
        boolean keeps =
                loss != Loss.DATA_GONE && s.resource().stateKind() == StateKind.STATE_DURABLE && s.readyCount() == 1;
        PartitionEdit edit = s.edit();
        if (s.isReady(id) && !keeps) {
            edit.ready(id, false);
        }
        if (leads) {
            count(id, -1);
            boolean waits = loss == Loss.STILL_ACTS && s.resource().ownership() != OwnershipMode.TOKEN_FENCED;
            if (waits) {
                revoke(s, edit, NONE);
            } else {
                grant(s, edit.releasing(NONE), id);
            }
        } else if (releases && loss != Loss.STILL_ACTS) {
            grant(s, edit.releasing(NONE), id);
        } else if (s.target() == id) {
            edit.target(choose(s, id));
        }
        settle(edit.build());
    }

    /** Takes leadership back so that {@code target} can have it next, or whoever is best if that is {@link PartitionState#NONE}. */
    void revoke(PartitionState s, int target) {
        count(s.leader(), -1);
        changes.put(revoke(s, s.edit(), target));
    }

    /**
     * Goes on with the hand-overs of a broker that wants to leave, a few at a time. True if it leads or releases anything, as of
     * the image that this decision began with.
     */
    boolean leave(int id) {
        roster.setLive(id, false);
        int room = handOversAtOnce(image.work(id).leaders()) - releasing(id);
        boolean busy = false;
        PrimitiveIterator.OfInt slots = image.work(id).iterator();
        while (slots.hasNext()) {
            int slot = slots.nextInt();
            PartitionState before = image.partitionAt(slot);
            busy |= before.releasing() == id || before.leader() == id;
            PartitionState now = changes.get(slot);
            if (now.leader() == id && room > 0) {
                leave(now);
                room -= changes.get(slot).isHandingOver() ? 1 : 0;
            }
        }
        return busy;
    }

    private int releasing(int id) {
        int count = 0;
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            count += changes.get(unsettled.nextInt()).releasing() == id ? 1 : 0;
        }
        return count;
    }

    /**
     * In how many hand-overs one broker is to take part at once, of {@code all} that there may be, when it does not matter which
     * goes first. While a partition is handed over nobody serves it, and the application has few threads to let go and to
     * begin with; but a broker that leads very many must be done before its patience is.
     */
    static int handOversAtOnce(int all) {
        return Math.max(FEWEST_HAND_OVERS_AT_ONCE, all / 16);
    }

    /**
     * The leader wants to leave. A ready replica gets the partition at once. An exclusive partition has none: another broker
     * becomes one first, so that nobody waits while it warms up; {@link #settle} goes on when it is ready. A replica that is
     * being made ready already is waited for, too.
     */
    private void leave(PartitionState s) {
        int leader = s.leader();
        int next = choice.unready(s, leader);
        if (choice.ready(s, leader) != NONE || next == NONE) {
            revoke(s, NONE);
        } else if (!s.hasReplica(next)) {
            preparing++;
            roster.addReplica(roster.indexOf(next), 1);
            settle(s.edit().addReplica(next).removing(leader, true).build());
        }
    }

    private PartitionEdit revoke(PartitionState s, PartitionEdit edit, int target) {
        revoked++;
        int next = target != NONE ? target : choose(s, s.leader());
        int index = roster.indexOf(next);
        if (index >= 0) {
            // Counted now, so that the partitions of one decision spread; what is granted later is not counted twice.
            roster.addLeader(index, 1);
        }
        return edit.leader(NONE).releasing(s.leader()).target(next);
    }

    /** Takes leadership back and gives it to nobody until the partition is released. */
    void park(PartitionState s) {
        parkedNow.set(s.slot());
        releasedNow.clear(s.slot());
        if (s.leader() == NONE) {
            changes.put(s.edit().target(NONE));
        } else {
            count(s.leader(), -1);
            changes.put(s.edit().leader(NONE).releasing(s.leader()).target(NONE));
        }
    }

    /** Lets a parked partition be led again: grants it if it can be. */
    void unpark(PartitionState s) {
        releasedNow.set(s.slot());
        parkedNow.clear(s.slot());
        if (!s.isHandingOver()) {
            grantLeaderless(s, true);
        }
    }

    boolean isParked(PartitionState s) {
        return parkedNow.get(s.slot()) || (image.isParked(s.slot()) && !releasedNow.get(s.slot()));
    }

    /** A partition as it is now; null if there is none. */
    @Nullable
    PartitionState partition(long resourceId, int partition) {
        PartitionState state = image.partition(resourceId, partition).orElse(null);
        return state == null ? null : changes.get(state.slot());
    }

    /** The last owner has released, or its lease is over: grants to the target, or to who can lead instead. */
    void released(PartitionState s) {
        settle(grant(s, s.edit().releasing(NONE), s.releasing()).build());
    }

    /** Grants a partition that nobody leads or releases. True if somebody can lead it. */
    boolean grantLeaderless(PartitionState s, boolean unreadyToo) {
        if (isParked(s)) {
            return false;
        }
        int next = choice.ready(s);
        if (next == NONE && (unreadyToo || hasNoLiveReplica(s))) {
            next = choice.unready(s, NONE);
        }
        if (next == NONE) {
            return false;
        }
        settle(give(s, s.edit(), next).build());
        return true;
    }

    private boolean hasNoLiveReplica(PartitionState s) {
        for (int i = 0; i < s.replicaCount(); i++) {
            if (roster.isLiveId(s.replica(i))) {
                return false;
            }
        }
        return true;
    }

    private PartitionEdit grant(PartitionState s, PartitionEdit edit, int except) {
        if (isParked(s)) {
            return edit.leader(NONE).target(NONE);
        }
        int next = mayLead(s, s.target(), except) ? s.target() : choice.ready(s, except);
        if (next == NONE && s.isReady(except) && roster.isLiveId(except)) {
            // The owner gave it back for somebody who is gone since; it is ready and may have it again.
            next = except;
        }
        if (next == NONE) {
            next = choice.unready(s, except);
        }
        if (next == NONE) {
            ownerless++;
            return edit.leader(NONE).target(NONE);
        }
        return give(s, edit, next);
    }

    private PartitionEdit give(PartitionState s, PartitionEdit edit, int next) {
        if (!s.hasReplica(next)) {
            edit.replicas(next);
            roster.addReplica(roster.indexOf(next), 1);
        }
        granted++;
        receivers.set(roster.indexOf(next));
        count(next, 1);
        return edit.ready(next, true).leader(next).target(NONE);
    }

    /** Who is to lead after {@code except}: the best ready replica, else who can lead without. */
    private int choose(PartitionState s, int except) {
        int next = choice.ready(s, except);
        return next != NONE ? next : choice.unready(s, except);
    }

    /** True if somebody could be granted it who is not its leader. */
    boolean anotherCanLead(PartitionState s) {
        return choose(s, s.leader()) != NONE;
    }

    private boolean mayLead(PartitionState s, int broker, int except) {
        if (broker == NONE || broker == except || !roster.isLiveId(broker)) {
            return false;
        }
        return s.hasReplica(broker) ? s.isReady(broker) : choice.mayTake(s, broker);
    }

    private void count(int id, int by) {
        int index = roster.indexOf(id);
        if (index >= 0) {
            roster.addLeader(index, by);
        }
    }

    /** Records a new state after the next step of its move, if it is in one and the step can be taken. */
    void settle(PartitionState state) {
        if (!state.isMoving() || state.isHandingOver()) {
            changes.put(state);
            return;
        }
        PartitionState s = withoutLostTargets(state);
        boolean allReady = (s.addingMask() & ~s.readyMask()) == 0;
        if (!s.isMoving() || !allReady) {
            changes.put(s);
        } else if (isParked(s)) {
            changes.put(finish(s));
        } else if (s.leader() == NONE) {
            int next = choose(s, NONE);
            changes.put(next == NONE ? s : finish(give(s, s.edit(), next).build()));
        } else {
            changes.put(finish(s));
        }
    }

    /** Drops what is to be removed; if the leader is to be removed, takes leadership from it first. */
    private PartitionState finish(PartitionState s) {
        if (!s.isRemoving(s.leader())) {
            finished++;
            PartitionEdit edit = s.edit();
            for (int id : s.brokersIn(s.addingMask())) {
                edit.adding(id, false);
            }
            return edit.replicas(FinalReplicas.of(s)).build();
        }
        int[] wanted = FinalReplicas.of(s);
        boolean preferred = wanted.length > 0 && mayLead(s, wanted[0], s.leader());
        int next = preferred ? wanted[0] : choice.ready(s, s.leader());
        if (next == NONE || s.isRemoving(next)) {
            return s;
        }
        count(s.leader(), -1);
        return revoke(s, s.edit(), next).build();
    }

    /** A replica that was being added on a broker that is gone is not added; one that was to make room for it stays. */
    private PartitionState withoutLostTargets(PartitionState s) {
        PartitionEdit edit = s.edit();
        List<Integer> staying = new ArrayList<>();
        for (int id : s.brokersIn(s.removingMask())) {
            staying.add(roster.isLiveId(id) ? 0 : staying.size(), id);
        }
        boolean changed = false;
        for (int id : s.brokersIn(s.addingMask())) {
            if (roster.isLiveId(id) || s.leader() == id) {
                continue;
            }
            changed = true;
            if (!staying.isEmpty()) {
                edit.removing(staying.remove(0), false);
            }
            edit.dropReplica(id);
        }
        return changed ? edit.build() : s;
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    int granted() {
        return granted;
    }

    int revoked() {
        return revoked;
    }

    int finished() {
        return finished;
    }

    /** The partition changes as records: one or none. */
    List<Record> records() {
        return changes.isEmpty()
                ? List.of()
                : List.of(Record.newBuilder()
                        .setPartitionChanges(changes.toRecord())
                        .build());
    }

    /** What happened to leaderships, for a sentence: "100 partitions moved to 2 brokers"; empty if nothing did. */
    String summary() {
        List<String> parts = new ArrayList<>();
        if (granted > 0) {
            parts.add(count(granted, "partition") + " moved to " + count(receivers.cardinality(), "broker"));
        }
        if (revoked > 0) {
            parts.add(count(revoked, "partition") + " to be handed over");
        }
        if (preparing > 0) {
            parts.add(count(preparing, "partition") + " to be made ready elsewhere first");
        }
        if (ownerless > 0) {
            parts.add(count(ownerless, "partition") + " left without a leader");
        }
        return String.join(", ", parts);
    }

    static String count(int n, String noun) {
        return n + " " + noun + (n == 1 ? "" : "s");
    }
}
