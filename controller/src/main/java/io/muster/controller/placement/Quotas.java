package io.muster.controller.placement;

import java.util.Arrays;

/**
 * Fair shares of one resource's replicas: water is filled over racks in proportion to capacity, no rack above what its
 * partitions may put there, then over the brokers of each rack, no broker above one replica of each partition. The shares are
 * therefore always reachable, however unequal the racks.
 */
public final class Quotas {
    /** Shares this close to a whole number are that number. */
    private static final double EPSILON = 1e-6;

    private final Roster roster;
    private final boolean[] counted;
    private final double[] quota;
    private final double[] rackQuota;
    private final int partitions;
    private final int perRack;

    /**
     * @param counted which brokers of the roster take part
     * @param replicas wanted replicas of each partition; fewer if there are fewer brokers
     */
    public Quotas(Roster roster, boolean[] counted, int partitions, int replicas) {
        this.roster = roster;
        this.counted = counted.clone();
        this.partitions = partitions;
        this.quota = new double[roster.size()];
        this.rackQuota = new double[roster.rackCount()];
        int[] inRack = new int[roster.rackCount()];
        double[] rackWeight = new double[roster.rackCount()];
        int brokers = 0;
        for (int b = 0; b < roster.size(); b++) {
            if (counted[b]) {
                brokers++;
                inRack[roster.rack(b)]++;
                rackWeight[roster.rack(b)] += roster.capacity(b);
            }
        }
        int seats = Math.min(replicas, brokers);
        this.perRack = perRack(inRack, seats);
        double[] rackCap = new double[inRack.length];
        Arrays.setAll(rackCap, r -> (double) Math.min(perRack, inRack[r]) * partitions);
        System.arraycopy(fill((double) seats * partitions, rackWeight, rackCap), 0, rackQuota, 0, rackQuota.length);
        fillBrokers(inRack);
    }

    private void fillBrokers(int[] inRack) {
        int[][] members = new int[inRack.length][];
        Arrays.setAll(members, r -> new int[inRack[r]]);
        int[] next = new int[inRack.length];
        for (int b = 0; b < roster.size(); b++) {
            if (counted[b]) {
                int rack = roster.rack(b);
                members[rack][next[rack]++] = b;
            }
        }
        for (int rack = 0; rack < members.length; rack++) {
            int[] in = members[rack];
            double[] weight = new double[in.length];
            double[] cap = new double[in.length];
            Arrays.setAll(weight, i -> roster.capacity(in[i]));
            Arrays.fill(cap, partitions);
            double[] share = fill(rackQuota[rack], weight, cap);
            for (int i = 0; i < in.length; i++) {
                quota[in[i]] = share[i];
            }
        }
    }

    /** The least number of replicas in one rack with which every partition can be placed. */
    private static int perRack(int[] inRack, int seats) {
        int racks = 0;
        for (int count : inRack) {
            racks += count > 0 ? 1 : 0;
        }
        int limit = racks == 0 ? 1 : Math.max(1, (seats + racks - 1) / racks);
        while (limit < seats) {
            int room = 0;
            for (int count : inRack) {
                room += Math.min(limit, count);
            }
            if (room >= seats) {
                break;
            }
            limit++;
        }
        return limit;
    }

    /** Divides {@code total} by weight, nobody above its cap; what the capped cannot take goes to the others. */
    static double[] fill(double total, double[] weight, double[] cap) {
        double[] share = new double[weight.length];
        boolean[] full = new boolean[weight.length];
        double left = total;
        boolean again = true;
        while (again && left > EPSILON) {
            again = false;
            double weights = 0;
            for (int i = 0; i < weight.length; i++) {
                weights += full[i] ? 0 : weight[i];
            }
            double level = weights == 0 ? 0 : left / weights;
            for (int i = 0; i < weight.length; i++) {
                if (!full[i] && weight[i] * level >= cap[i] - EPSILON) {
                    full[i] = true;
                    share[i] = cap[i];
                    left -= cap[i];
                    again = true;
                }
            }
            if (!again) {
                for (int i = 0; i < weight.length; i++) {
                    share[i] = full[i] ? share[i] : weight[i] * level;
                }
            }
        }
        return share;
    }

    /** The broker's fair share of replicas. */
    public double of(int broker) {
        return quota[broker];
    }

    public int floor(int broker) {
        return floorOf(quota[broker]);
    }

    public int ceil(int broker) {
        return ceilOf(quota[broker]);
    }

    boolean isCounted(int broker) {
        return counted[broker];
    }

    double ofRack(int rack) {
        return rackQuota[rack];
    }

    /** Most replicas of one partition in one rack. */
    public int perRack() {
        return perRack;
    }

    static int floorOf(double share) {
        return (int) Math.floor(share + EPSILON);
    }

    static int ceilOf(double share) {
        return (int) Math.ceil(share - EPSILON);
    }
}
