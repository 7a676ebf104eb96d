package io.muster.controller.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whole numbers from fair shares: everybody gets the floor of its share, and what is left over goes, one each, to those that
 * would be least loaded by it over all resources.
 */
final class Targets {
    private final long seed;
    /** Replicas of each rack. */
    final int[] ofRack;
    /** Replicas of each broker. */
    final int[] ofBroker;

    Targets(Roster roster, Quotas quotas, int total, long seed) {
        this.seed = seed;
        this.ofRack = new int[roster.rackCount()];
        this.ofBroker = new int[roster.size()];
        double[] rackLoad = new double[ofRack.length];
        double[] rackCapacity = new double[ofRack.length];
        List<List<Integer>> members = new ArrayList<>();
        double[] rackShare = new double[ofRack.length];
        for (int r = 0; r < ofRack.length; r++) {
            members.add(new ArrayList<>());
            rackShare[r] = quotas.ofRack(r);
        }
        double[] share = new double[ofBroker.length];
        double[] load = new double[ofBroker.length];
        for (int b = 0; b < ofBroker.length; b++) {
            if (quotas.isCounted(b)) {
                members.get(roster.rack(b)).add(b);
                share[b] = quotas.of(b);
                load[b] = roster.loadWithOneMore(b);
                rackLoad[roster.rack(b)] += roster.replicas(b);
                rackCapacity[roster.rack(b)] += roster.capacity(b);
            }
        }
        List<Integer> racks = new ArrayList<>();
        for (int r = 0; r < ofRack.length; r++) {
            if (!members.get(r).isEmpty()) {
                racks.add(r);
                rackLoad[r] = (rackLoad[r] + 1) / rackCapacity[r];
            }
        }
        round(racks, rackShare, total, rackLoad, ofRack);
        for (int rack : racks) {
            round(members.get(rack), share, ofRack[rack], load, ofBroker);
        }
    }

    private void round(List<Integer> who, double[] share, int total, double[] load, int[] target) {
        int left = total;
        List<Integer> fractional = new ArrayList<>();
        for (int i : who) {
            target[i] = Quotas.floorOf(share[i]);
            left -= target[i];
            if (Quotas.ceilOf(share[i]) > target[i]) {
                fractional.add(i);
            }
        }
        fractional.sort(
                Comparator.<Integer>comparingDouble(i -> load[i]).thenComparingLong(i -> StableHash.mix(seed, i)));
        for (int i = 0; i < left && i < fractional.size(); i++) {
            target[fractional.get(i)]++;
        }
    }
}
