package io.muster.controller.placement;

import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;

/**
 * What evens out a whole cluster: resource by resource first, then over all resources where that leaves every resource inside its
 * bands. Counts with the state in which all moves under way are done, so nothing is planned twice. Each planned step lowers
 * what is outside the bands, so repeated planning ends, and at the end plans nothing (invariants 9 and 10).
 *
 * <p>Not thread-safe; lives for one decision.
 */
public final class ClusterPlan {
    private final Roster roster;
    private final boolean[] away;
    private final List<ReplicaMoves> resources = new ArrayList<>();
    private final Map<Long, ReplicaMoves> byResource = new HashMap<>();
    private final List<Move> moves = new ArrayList<>();
    private final List<Reorder> reorders = new ArrayList<>();
    private int room;

    /**
     * A replica that is to move.
     *
     * @param slot the partition
     * @param from broker id that goes
     * @param to broker id that comes
     */
    public record Move(int slot, int from, int to) {}

    /**
     * A new order of a partition's replicas.
     *
     * @param slot the partition
     * @param replicas broker ids, preferred first
     */
    public record Reorder(int slot, List<Integer> replicas) {}

    /**
     * @param current the partitions, with what this decision has changed so far
     * @param away brokers of the roster that get no share any more: fenced for too long
     * @param maxMoves most moves to plan
     */
    public ClusterPlan(
            MetadataImage image, IntFunction<PartitionState> current, Roster roster, boolean[] away, int maxMoves) {
        this.roster = roster;
        this.away = away.clone();
        this.room = maxMoves;
        for (Resource resource : image.resources()) {
            Seats seats = new Seats(resource, roster, resource.replicationFactor());
            for (int p = 0; p < resource.partitions(); p++) {
                seats.fill(current.apply(resource.slotOf(p)));
            }
            Quotas quotas = new Quotas(roster, counted(seats), resource.partitions(), resource.replicationFactor());
            ReplicaMoves plan = new ReplicaMoves(seats, quotas, sink());
            resources.add(plan);
            byResource.put(resource.id(), plan);
        }
    }

    /** Who has a share: live brokers that may host it, and those that hold some of it and are expected back. */
    private boolean[] counted(Seats seats) {
        boolean[] counted = new boolean[roster.size()];
        for (int b = 0; b < counted.length; b++) {
            counted[b] = roster.carries(b, seats.resource().requiredTags())
                    && (roster.isLive(b) || (!away[b] && seats.replicas(b) > 0));
        }
        return counted;
    }

    private ReplicaMoves.MoveSink sink() {
        return new ReplicaMoves.MoveSink() {
            @Override
            public boolean hasRoom() {
                return room > 0;
            }

            @Override
            public void move(Seats seats, int partition, int from, int to) {
                room--;
                moves.add(new Move(seats.resource().slotOf(partition), roster.id(from), roster.id(to)));
            }
        };
    }

    public boolean hasRoom() {
        return room > 0;
    }

    /** Something outside this plan takes one of the moves that are allowed. */
    public void takeRoom() {
        room--;
    }

    /** Leaves a partition alone from now on; false if something is planned for it already. */
    public boolean freeze(PartitionState state) {
        Seats seats = planOf(state).seats();
        if (seats.isFrozen(state.partition())) {
            return false;
        }
        seats.freeze(state.partition());
        return true;
    }

    /** Plans a replacement for a replica; false if no broker passes every rule now. */
    public boolean replace(PartitionState state, int broker) {
        ReplicaMoves moves = planOf(state);
        int from = roster.indexOf(broker);
        return !moves.seats().isFrozen(state.partition())
                && moves.seats().holds(state.partition(), from)
                && moves.replace(state.partition(), from, false);
    }

    private ReplicaMoves planOf(PartitionState state) {
        return Objects.requireNonNull(byResource.get(state.resource().id()));
    }

    /** Plans replica moves, then orders. */
    public void even() {
        for (ReplicaMoves each : resources) {
            each.spreadOverRacks();
            each.even();
        }
        LeaderOrder[] orders = new LeaderOrder[resources.size()];
        for (int i = 0; i < orders.length; i++) {
            orders[i] =
                    new LeaderOrder(resources.get(i).seats(), resources.get(i).quotas());
        }
        TotalEvenness totals = new TotalEvenness(roster, resources, orders);
        if (resources.size() > 1) {
            totals.evenReplicas(this::hasRoom);
        }
        for (int i = 0; i < orders.length; i++) {
            Seats seats = resources.get(i).seats();
            orders[i].even(MAX_REORDERS).stream().forEach(p -> reorder(seats, p));
        }
        if (resources.size() > 1) {
            totals.evenFirsts(this::reorder, MAX_REORDERS);
        }
    }

    /** Most partitions of one resource whose order one plan changes. */
    private static final int MAX_REORDERS = 10_000;

    private void reorder(Seats seats, int partition) {
        List<Integer> ids = new ArrayList<>();
        for (int id : seats.ids(partition)) {
            ids.add(id);
        }
        reorders.add(new Reorder(seats.resource().slotOf(partition), ids));
    }

    /** The moves planned so far. */
    public List<Move> moves() {
        return List.copyOf(moves);
    }

    /** The new orders planned so far; a later one of a slot replaces an earlier. */
    public List<Reorder> reorders() {
        return List.copyOf(reorders);
    }
}
