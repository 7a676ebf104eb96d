package io.muster.controller.placement;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * Evens out who is preferred as leader, inside the replica sets, so no data moves. A surplus travels to a lack along the shortest
 * path of partitions (augmenting paths, as for bipartite matching); every path lowers what is outside the bands, so it ends.
 */
public final class LeaderOrder {
    private final Seats seats;
    private final int brokers;
    private final int[] floor;
    private final int[] ceil;
    private final BitSet changed = new BitSet();

    /** Partitions by preferred broker, as linked lists; rebuilt for each run. */
    private final int[] head;

    private final int[] next;
    private final int[] previous;

    public LeaderOrder(Seats seats, Quotas quotas) {
        this.seats = seats;
        this.brokers = seats.roster().size();
        this.floor = new int[brokers];
        this.ceil = new int[brokers];
        double total = 0;
        for (int b = 0; b < brokers; b++) {
            total += quotas.of(b);
        }
        for (int b = 0; b < brokers; b++) {
            double share = total == 0 ? 0 : quotas.of(b) * seats.partitions() / total;
            floor[b] = Quotas.floorOf(share);
            ceil[b] = Quotas.ceilOf(share);
        }
        this.head = new int[brokers];
        this.next = new int[seats.partitions()];
        this.previous = new int[seats.partitions()];
    }

    int floor(int broker) {
        return floor[broker];
    }

    int ceil(int broker) {
        return ceil[broker];
    }

    /** Evens out, changing at most about {@code limit} partitions; the partitions whose order changed. */
    public BitSet even(int limit) {
        if (seats.width() < 2 || isEven()) {
            return changed;
        }
        link();
        run(this::isOver, this::isUnder, limit);
        run(this::isOver, this::hasRoom, limit);
        run(this::canGive, this::isUnder, limit);
        return changed;
    }

    private boolean isEven() {
        for (int b = 0; b < brokers; b++) {
            if (isOver(b) || isUnder(b)) {
                return false;
            }
        }
        return true;
    }

    private boolean isOver(int b) {
        return seats.firsts(b) > ceil[b];
    }

    private boolean isUnder(int b) {
        return seats.firsts(b) < floor[b];
    }

    private boolean hasRoom(int b) {
        return seats.firsts(b) < ceil[b];
    }

    private boolean canGive(int b) {
        return seats.firsts(b) > floor[b];
    }

    private void run(IntPredicate gives, IntPredicate takes, int limit) {
        boolean found = true;
        while (found && changed.cardinality() < limit) {
            found = false;
            for (int b = 0; b < brokers && !found; b++) {
                found = takes.test(b);
            }
            found = found && augment(gives, takes);
        }
    }

    /** Breadth-first from all givers at once to the nearest taker. */
    private boolean augment(IntPredicate gives, IntPredicate takes) {
        int[] via = new int[brokers];
        int[] from = new int[brokers];
        Arrays.fill(via, -1);
        BitSet seen = new BitSet(brokers);
        int[] queue = new int[brokers];
        int end = 0;
        for (int b = 0; b < brokers; b++) {
            if (gives.test(b)) {
                seen.set(b);
                queue[end++] = b;
            }
        }
        for (int at = 0; at < end; at++) {
            int b = queue[at];
            for (int p = head[b]; p >= 0; p = next[p]) {
                for (int i = 1; i < seats.width(); i++) {
                    int other = seats.at(p, i);
                    if (other < 0 || seen.get(other)) {
                        continue;
                    }
                    seen.set(other);
                    via[other] = p;
                    from[other] = b;
                    if (takes.test(other)) {
                        shift(other, via, from);
                        return true;
                    }
                    queue[end++] = other;
                }
            }
        }
        return false;
    }

    private void shift(int taker, int[] via, int[] from) {
        for (int b = taker; via[b] >= 0; b = from[b]) {
            int p = via[b];
            unlink(p, from[b]);
            seats.prefer(p, b);
            linkTo(p, b);
            changed.set(p);
        }
    }

    private void link() {
        Arrays.fill(head, -1);
        for (int p = seats.partitions() - 1; p >= 0; p--) {
            if (!seats.isFrozen(p) && seats.first(p) >= 0) {
                linkTo(p, seats.first(p));
            }
        }
    }

    private void linkTo(int p, int b) {
        next[p] = head[b];
        previous[p] = -1;
        if (head[b] >= 0) {
            previous[head[b]] = p;
        }
        head[b] = p;
    }

    private void unlink(int p, int b) {
        if (previous[p] >= 0) {
            next[previous[p]] = next[p];
        } else {
            head[b] = next[p];
        }
        if (next[p] >= 0) {
            previous[next[p]] = previous[p];
        }
    }
}
