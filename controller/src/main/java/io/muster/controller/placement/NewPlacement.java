package io.muster.controller.placement;

import io.muster.metadata.image.Resource;

/**
 * Places a new resource. Goals: every broker holds the floor or the ceiling of its fair share, racks are kept apart, leaders are
 * even, and the partitions of one broker share their other replicas with all brokers, so that a death spreads over all.
 *
 * <p>First whole-number targets for racks and brokers. Then each partition takes the racks with the most left to give, and in
 * each rack the next broker of a shuffled deal. When there are fewer racks than replicas a rack serves a partition twice; then
 * brokers stand in one line, each as long as its target, and partition {@code p} takes those at {@code p, p + P, p + 2P …}: no
 * stretch is longer than {@code P}, so no broker is taken twice. Costs partitions × replicas.
 */
public final class NewPlacement {
    private final Roster roster;
    private final Quotas quotas;
    private final int partitions;
    private final int width;
    private final long seed;

    /**
     * Chooses the seats of a new resource.
     *
     * @param resource what is to be placed
     * @param eligible brokers that may get it; at least as many as it wants replicas
     */
    public static Seats place(Resource resource, Roster roster, boolean[] eligible) {
        Quotas quotas = new Quotas(roster, eligible, resource.partitions(), resource.replicationFactor());
        NewPlacement placement = new NewPlacement(resource, roster, quotas);
        Seats seats = new Seats(resource, roster, resource.replicationFactor());
        int[] lists = placement.lists();
        placement.preferLeaders(lists);
        for (int p = 0; p < resource.partitions(); p++) {
            seats.fill(p, lists, p * resource.replicationFactor());
        }
        new LeaderOrder(seats, quotas).even(Integer.MAX_VALUE);
        return seats;
    }

    private NewPlacement(Resource resource, Roster roster, Quotas quotas) {
        this.roster = roster;
        this.quotas = quotas;
        this.partitions = resource.partitions();
        this.width = resource.replicationFactor();
        this.seed = StableHash.mix(resource.name().hashCode());
    }

    private int[] lists() {
        Targets targets = new Targets(roster, quotas, partitions * width, seed);
        int[] lists = new int[partitions * width];
        if (quotas.perRack() > 1) {
            standInLine(targets, lists);
        } else {
            deal(targets, lists);
        }
        return lists;
    }

    private void deal(Targets targets, int[] lists) {
        int[][] decks = new int[targets.ofRack.length][];
        int[] dealt = new int[decks.length];
        for (int rack = 0; rack < decks.length; rack++) {
            decks[rack] = new int[targets.ofRack[rack]];
        }
        for (int b = 0; b < roster.size(); b++) {
            int rack = roster.rack(b);
            for (int i = 0; i < targets.ofBroker[b]; i++) {
                decks[rack][dealt[rack]++] = b;
            }
        }
        for (int rack = 0; rack < decks.length; rack++) {
            if (decks[rack].length > 0 && decks[rack][0] != decks[rack][decks[rack].length - 1]) {
                shuffle(decks[rack], StableHash.mix(seed, rack));
            }
            dealt[rack] = 0;
        }
        SortedCounters racks = new SortedCounters(targets.ofRack, seed);
        int[] taken = new int[width];
        for (int p = 0; p < partitions; p++) {
            racks.take(width, taken);
            for (int i = 0; i < width; i++) {
                lists[p * width + i] = decks[taken[i]][dealt[taken[i]]++];
            }
        }
    }

    private void standInLine(Targets targets, int[] lists) {
        int[] place = new int[partitions];
        java.util.Arrays.setAll(place, i -> i);
        shuffle(place, seed);
        int t = 0;
        for (int rack = 0; rack < targets.ofRack.length; rack++) {
            for (int b = 0; b < roster.size(); b++) {
                for (int i = 0; roster.rack(b) == rack && i < targets.ofBroker[b]; i++, t++) {
                    lists[place[t % partitions] * width + t / partitions] = b;
                }
            }
        }
    }

    private static void shuffle(int[] deck, long seed) {
        for (int i = deck.length - 1; i > 0; i--) {
            int j = StableHash.below(i + 1, StableHash.mix(seed + i));
            int kept = deck[i];
            deck[i] = deck[j];
            deck[j] = kept;
        }
    }

    /** Puts first the replica that leads least for its share; {@link LeaderOrder} then mends what is off by one. */
    private void preferLeaders(int[] lists) {
        double[] weight = new double[roster.size()];
        int[] led = new int[roster.size()];
        for (int b = 0; b < weight.length; b++) {
            weight[b] = quotas.of(b) > 0 ? 1 / quotas.of(b) : 0;
        }
        for (int p = 0; p < partitions; p++) {
            int start = p * width;
            int best = start;
            for (int i = start + 1; i < start + width; i++) {
                double mine = (led[lists[i]] + 1) * weight[lists[i]];
                double its = (led[lists[best]] + 1) * weight[lists[best]];
                if (mine < its
                        || (mine == its
                                && roster.leadersWithOneMore(lists[i]) < roster.leadersWithOneMore(lists[best]))) {
                    best = i;
                }
            }
            int broker = lists[best];
            lists[best] = lists[start];
            lists[start] = broker;
            led[broker]++;
        }
    }
}
