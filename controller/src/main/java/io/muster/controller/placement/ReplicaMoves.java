package io.muster.controller.placement;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses which replicas of one resource move: only brokers outside the band [floor, ceil] of their fair share give or take, so
 * what moves is the least possible unless a rule forces more. When a rule blocks every direct move of a giver, a chain of two
 * moves through a third broker is tried. Not thread-safe.
 */
final class ReplicaMoves {
    private final Seats seats;
    private final Quotas quotas;
    private final MoveSink sink;
    private int @Nullable [][] byBroker;

    /** Takes each move that was chosen. */
    interface MoveSink {
        /** False when no more moves are wanted. */
        boolean hasRoom();

        /** {@code to} takes the seat of {@code from}. */
        void move(Seats seats, int partition, int from, int to);
    }

    ReplicaMoves(Seats seats, Quotas quotas, MoveSink sink) {
        this.seats = seats;
        this.quotas = quotas;
        this.sink = sink;
    }

    Seats seats() {
        return seats;
    }

    Quotas quotas() {
        return quotas;
    }

    /** Moves until every broker is inside its band, nothing more can move, or the sink is full. */
    void even() {
        run(this::isOver, this::isUnder);
        run(this::isOver, this::hasRoom);
        run(this::canGive, this::isUnder);
    }

    private boolean isOver(int b) {
        return isLive(b) && seats.replicas(b) > quotas.ceil(b);
    }

    boolean canGive(int b) {
        return isLive(b) && seats.replicas(b) > quotas.floor(b);
    }

    private boolean isUnder(int b) {
        return isLive(b) && seats.replicas(b) < quotas.floor(b);
    }

    boolean hasRoom(int b) {
        return isLive(b) && seats.replicas(b) < quotas.ceil(b);
    }

    private boolean isLive(int b) {
        return seats.roster().isLive(b);
    }

    private void run(IntPredicate gives, IntPredicate takes) {
        BitSet stuck = new BitSet();
        while (sink.hasRoom()) {
            int giver = mostLoaded(gives, stuck);
            if (giver < 0) {
                return;
            }
            int[] takers = leastLoadedFirst(takes);
            if (takers.length == 0) {
                return;
            }
            if (!moveDirectly(giver, takers) && !moveByChain(giver, takers)) {
                stuck.set(giver);
            }
        }
    }

    private int mostLoaded(IntPredicate gives, BitSet stuck) {
        int best = -1;
        for (int b = 0; b < seats.roster().size(); b++) {
            if (gives.test(b) && !stuck.get(b) && (best < 0 || surplus(b) > surplus(best))) {
                best = b;
            }
        }
        return best;
    }

    private double surplus(int b) {
        return seats.replicas(b) - quotas.of(b);
    }

    private int[] leastLoadedFirst(IntPredicate takes) {
        return java.util.stream.IntStream.range(0, seats.roster().size())
                .filter(takes)
                .boxed()
                .sorted((a, b) -> {
                    int byRatio = Double.compare(fullness(a), fullness(b));
                    return byRatio != 0 ? byRatio : Integer.compare(a, b);
                })
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private double fullness(int b) {
        double quota = quotas.of(b);
        return quota <= 0 ? Double.MAX_VALUE : (seats.replicas(b) + 1) / quota;
    }

    private boolean moveDirectly(int giver, int[] takers) {
        for (int taker : takers) {
            int p = find(giver, taker, -1);
            if (p >= 0) {
                move(p, giver, taker);
                return true;
            }
        }
        return false;
    }

    private boolean moveByChain(int giver, int[] takers) {
        for (int taker : takers) {
            for (int middle = 0; middle < seats.roster().size(); middle++) {
                if (middle == giver || middle == taker || !isLive(middle) || !quotas.isCounted(middle)) {
                    continue;
                }
                int second = find(middle, taker, -1);
                int first = second < 0 ? -1 : find(giver, middle, second);
                if (first >= 0) {
                    move(second, middle, taker);
                    move(first, giver, middle);
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * A partition whose seat can go from {@code from} to {@code to}, or -1. One that does not prefer {@code from} as its leader
     * comes first: moving a standby interrupts nobody. The search starts at a stable hash, so that gifts are spread.
     */
    int find(int from, int to, int except) {
        int[] list = partitionsOf(from);
        int start = list.length == 0
                ? 0
                : StableHash.below(list.length, StableHash.mix(seats.resource().id(), from * 65_537L + to));
        int leading = -1;
        for (int i = 0; i < list.length; i++) {
            int p = list[(start + i) % list.length];
            if (p == except || seats.isFrozen(p) || !seats.holds(p, from)) {
                continue;
            }
            boolean leads = seats.first(p) == from;
            if ((!leads || leading < 0) && Rule.allAllow(seats.candidate(p, from, to, quotas.perRack()))) {
                if (!leads) {
                    return p;
                }
                leading = p;
            }
        }
        return leading;
    }

    void move(int p, int from, int to) {
        sink.move(seats, p, from, to);
        seats.move(p, from, to);
        seats.freeze(p);
    }

    /** Moves replicas out of racks that hold more of one partition than they have to. */
    void spreadOverRacks() {
        if (quotas.perRack() >= seats.width()) {
            return;
        }
        for (int p = 0; p < seats.partitions() && sink.hasRoom(); p++) {
            for (int i = 0; i < seats.width() && !seats.isFrozen(p); i++) {
                int from = seats.at(p, i);
                if (from >= 0
                        && isLive(from)
                        && seats.candidate(p, -1, from, 0).stayingInRackOf(from) > quotas.perRack()) {
                    replace(p, from, true);
                }
            }
        }
    }

    /**
     * Gives the seat of {@code from} to the broker that is fullest least and passes every rule; false if there is none.
     *
     * @param otherRack only to another rack
     */
    boolean replace(int p, int from, boolean otherRack) {
        Roster roster = seats.roster();
        int best = -1;
        for (int b = 0; b < roster.size(); b++) {
            if (quotas.isCounted(b)
                    && !(otherRack && roster.rack(b) == roster.rack(from))
                    && Rule.allAllow(seats.candidate(p, from, b, quotas.perRack()))
                    && (best < 0 || isBetter(p, b, best))) {
                best = b;
            }
        }
        if (best < 0) {
            return false;
        }
        move(p, from, best);
        return true;
    }

    private boolean isBetter(int p, int a, int b) {
        int byRatio = Double.compare(fullness(a), fullness(b));
        if (byRatio != 0) {
            return byRatio < 0;
        }
        long salt = seats.resource().id() * 31 + p;
        return StableHash.mix(salt, a) < StableHash.mix(salt, b);
    }

    private int[] partitionsOf(int broker) {
        if (byBroker == null) {
            byBroker = list();
        }
        return byBroker[broker];
    }

    /** Partitions of each broker as the seats are now; later moves only make entries stale, which {@link #find} checks. */
    private int[][] list() {
        int[][] lists = new int[seats.roster().size()][];
        Arrays.setAll(lists, b -> new int[seats.replicas(b)]);
        int[] count = new int[lists.length];
        for (int p = 0; p < seats.partitions(); p++) {
            for (int i = 0; i < seats.width(); i++) {
                int b = seats.at(p, i);
                if (b >= 0) {
                    lists[b][count[b]++] = p;
                }
            }
        }
        return lists;
    }
}
