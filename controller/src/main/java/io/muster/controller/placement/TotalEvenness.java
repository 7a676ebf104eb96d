package io.muster.controller.placement;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ObjIntConsumer;

/**
 * Evens out the sums over all resources. A cluster of many small resources needs it: each resource can be inside its own bands
 * while one broker has the larger half of all of them. Only steps that keep every resource inside its bands are taken.
 */
final class TotalEvenness {
    private final Roster roster;
    private final List<ReplicaMoves> resources;
    private final LeaderOrder[] orders;

    /** By resource, then by broker: the partitions that preferred it when first asked; later changes only make them stale. */
    private final Map<Integer, int[][]> byFirst = new HashMap<>();

    TotalEvenness(Roster roster, List<ReplicaMoves> resources, LeaderOrder[] orders) {
        this.roster = roster;
        this.resources = resources;
        this.orders = orders;
    }

    private int[] preferring(int resource, int broker) {
        int[][] lists =
                byFirst.computeIfAbsent(resource, r -> resources.get(r).seats().byFirst());
        return lists[broker];
    }

    /** A pair of brokers between which something may go. */
    private interface Exchange {
        boolean tryGive(int from, int to);
    }

    void evenReplicas(BooleanSupplier hasRoom) {
        double[] share = new double[roster.size()];
        int[] held = new int[share.length];
        for (ReplicaMoves each : resources) {
            for (int b = 0; b < share.length; b++) {
                share[b] += each.quotas().of(b);
                held[b] += each.seats().replicas(b);
            }
        }
        run(share, held, true, hasRoom, this::giveReplica);
    }

    private boolean giveReplica(int from, int to) {
        for (ReplicaMoves each : resources) {
            if (each.canGive(from) && each.hasRoom(to)) {
                int p = each.find(from, to, -1);
                if (p >= 0) {
                    each.move(p, from, to);
                    return true;
                }
            }
        }
        return false;
    }

    void evenFirsts(ObjIntConsumer<Seats> changed, int limit) {
        double[] share = new double[roster.size()];
        int[] held = new int[share.length];
        for (ReplicaMoves each : resources) {
            double total = 0;
            for (int b = 0; b < share.length; b++) {
                total += each.quotas().of(b);
            }
            for (int b = 0; b < share.length; b++) {
                share[b] += total == 0 ? 0 : each.quotas().of(b) * each.seats().partitions() / total;
                held[b] += each.seats().firsts(b);
            }
        }
        int[] left = {limit};
        run(share, held, false, () -> left[0] > 0, (from, to) -> {
            left[0]--;
            return giveFirst(from, to, changed);
        });
    }

    private boolean giveFirst(int from, int to, ObjIntConsumer<Seats> changed) {
        for (int r = 0; r < orders.length; r++) {
            Seats seats = resources.get(r).seats();
            if (seats.firsts(from) <= orders[r].floor(from) || seats.firsts(to) >= orders[r].ceil(to)) {
                continue;
            }
            for (int p : preferring(r, from)) {
                if (seats.first(p) == from && !seats.isFrozen(p) && seats.holds(p, to)) {
                    seats.prefer(p, to);
                    changed.accept(seats, p);
                    return true;
                }
            }
        }
        return false;
    }

    private void run(double[] share, int[] held, boolean liveOnly, BooleanSupplier hasRoom, Exchange exchange) {
        boolean found = true;
        while (found && hasRoom.getAsBoolean()) {
            found = step(share, held, liveOnly, exchange);
        }
    }

    /** One gift from a broker above its total band to one below its ceiling, or from above the floor to one below it. */
    private boolean step(double[] share, int[] held, boolean liveOnly, Exchange exchange) {
        for (int from = 0; from < held.length; from++) {
            if (liveOnly && !roster.isLive(from)) {
                continue;
            }
            boolean over = held[from] > Quotas.ceilOf(share[from]);
            if (!over && held[from] <= Quotas.floorOf(share[from])) {
                continue;
            }
            for (int to = 0; to < held.length; to++) {
                boolean under = held[to] < Quotas.floorOf(share[to]);
                boolean room = held[to] < Quotas.ceilOf(share[to]);
                if (to == from || (liveOnly && !roster.isLive(to)) || !(under || (over && room))) {
                    continue;
                }
                if (exchange.tryGive(from, to)) {
                    held[from]--;
                    held[to]++;
                    return true;
                }
            }
        }
        return false;
    }
}
