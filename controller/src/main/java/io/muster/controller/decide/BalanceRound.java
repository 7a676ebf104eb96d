package io.muster.controller.decide;

import io.muster.controller.placement.ClusterPlan;
import io.muster.log.v1.Record;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionEdit;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Suspect;
import java.util.ArrayList;
import java.util.List;
import java.util.PrimitiveIterator;

/**
 * One round of {@link Balance}: recovery before evenness, each stage with what the budget of moves leaves it. Not thread-safe.
 */
final class BalanceRound {
    private final MetadataImage image;
    private final Balance limits;
    private final Steps steps;
    private final boolean[] away;
    /** Leaderships that each broker, by its index in the roster, returns or gets back in this round. */
    private final int[] returns;

    private int inFlight;
    private int replaced;
    private int returned;
    private int moved;
    private int reordered;
    private final List<Record> cleared = new ArrayList<>();

    BalanceRound(MetadataImage image, Balance limits, long wallMs) {
        this.image = image;
        this.limits = limits;
        this.steps = new Steps(image);
        this.away = new boolean[steps.roster.size()];
        this.returns = new int[away.length];
        for (int b = 0; b < away.length; b++) {
            away[b] = limits.isAway(steps.roster.broker(b), wallMs);
        }
    }

    void run(long wallMs) {
        dropSuspicions(wallMs);
        goOn();
        grantLeaderless();
        ClusterPlan plan = new ClusterPlan(
                image, steps.changes::get, steps.roster, away, Math.max(0, limits.movesInFlightMax() - inFlight));
        replace(plan);
        replaced = plan.moves().size();
        leaveSuspects(plan);
        returnLeaders(plan);
        plan.even();
        moved = plan.moves().size() - replaced;
        apply(plan);
    }

    /**
     * What is suspected of harming its owners moves for that reason only. Moved for evenness, it could leave every owner but one
     * before that one has shown whether it fails too.
     */
    private void leaveSuspects(ClusterPlan plan) {
        for (Suspect suspect : image.suspects()) {
            plan.freeze(steps.changes.get(suspect.slot()));
        }
    }

    private void dropSuspicions(long wallMs) {
        for (Suspect suspect : image.suspects()) {
            if (Suspicions.isStale(suspect, limits.parking(), wallMs)) {
                cleared.add(Suspicions.cleared(suspect.slot()));
            }
        }
    }

    /** The next step of every move that can take one. */
    private void goOn() {
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            int slot = unsettled.nextInt();
            steps.settle(image.partitionAt(slot));
            PartitionState after = steps.changes.get(slot);
            inFlight += after.isMoving() || after.isHandingOver() ? 1 : 0;
        }
    }

    private void grantLeaderless() {
        PrimitiveIterator.OfInt leaderless = image.sets().leaderless();
        while (leaderless.hasNext()) {
            PartitionState state = steps.changes.get(leaderless.nextInt());
            if (state.leader() == PartitionState.NONE && !state.isHandingOver()) {
                steps.grantLeaderless(state, false);
            }
        }
    }

    /** Replicas of brokers that stayed away get another broker; what only they can lead waits for them. */
    private void replace(ClusterPlan plan) {
        for (int b = 0; b < away.length; b++) {
            if (!away[b]) {
                continue;
            }
            int id = steps.roster.id(b);
            PrimitiveIterator.OfInt slots = image.work(id).iterator();
            while (slots.hasNext() && plan.hasRoom()) {
                PartitionState state = steps.changes.get(slots.nextInt());
                if (!state.isHandingOver() && state.hasReplica(id) && !onlyItCanLead(state, id)) {
                    plan.replace(state, id);
                }
            }
        }
    }

    private static boolean onlyItCanLead(PartitionState state, int id) {
        return state.resource().stateKind() == StateKind.STATE_DURABLE
                && (state.readyCount() == 0 || (state.readyCount() == 1 && state.isReady(id)));
    }

    /**
     * Leadership goes back to the preferred replica once that is ready, but not where an owner may have failed to lead; its
     * owner hands over, a few in each round.
     */
    private void returnLeaders(ClusterPlan plan) {
        PrimitiveIterator.OfInt slots = image.sets().notPreferred();
        while (slots.hasNext() && plan.hasRoom()) {
            int slot = slots.nextInt();
            PartitionState state = steps.changes.get(slot);
            int preferred = state.replica(0);
            if (!state.isMoving()
                    && image.suspect(slot).isEmpty()
                    && state.leader() != PartitionState.NONE
                    && state.leader() != preferred
                    && state.isReady(preferred)
                    && steps.roster.isLiveId(preferred)
                    && mayReturn(state.leader())
                    && mayReturn(preferred)
                    && plan.freeze(state)) {
                returns[steps.roster.indexOf(state.leader())]++;
                returns[steps.roster.indexOf(preferred)]++;
                steps.revoke(state, preferred);
                plan.takeRoom();
                returned++;
            }
        }
    }

    private boolean mayReturn(int broker) {
        int index = steps.roster.indexOf(broker);
        return index >= 0 && returns[index] < Steps.handOversAtOnce(steps.roster.replicas(index));
    }

    private void apply(ClusterPlan plan) {
        for (ClusterPlan.Reorder reorder : plan.reorders()) {
            PartitionState state = steps.changes.get(reorder.slot());
            int[] ids = reorder.replicas().stream().mapToInt(Integer::intValue).toArray();
            steps.changes.put(state.edit().replicas(ids));
            reordered++;
        }
        for (ClusterPlan.Move move : plan.moves()) {
            PartitionEdit edit = steps.changes.edit(move.slot());
            steps.settle(edit.addReplica(move.to()).removing(move.from(), true).build());
        }
    }

    boolean isEmpty() {
        return steps.isEmpty() && cleared.isEmpty();
    }

    int size() {
        return steps.changes.size() + cleared.size();
    }

    int replaced() {
        return replaced;
    }

    List<Record> records() {
        List<Record> records = new ArrayList<>(steps.records());
        records.addAll(cleared);
        return records;
    }

    String sentence() {
        List<String> parts = new ArrayList<>();
        add(parts, replaced, "replica", "replaced");
        add(parts, moved, "replica", "started to move");
        add(parts, steps.finished(), "move", "finished");
        add(parts, returned, "leadership", "returning to the preferred broker");
        add(parts, steps.granted(), "partition", "granted");
        add(parts, reordered, "preference", "evened out");
        add(parts, cleared.size(), "partition", "no longer suspected");
        return "Balance: " + (parts.isEmpty() ? "moves went on" : String.join(", ", parts));
    }

    private static void add(List<String> parts, int count, String noun, String what) {
        if (count > 0) {
            parts.add(Steps.count(count, noun) + " " + what);
        }
    }
}
