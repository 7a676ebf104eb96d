package io.muster.controller.placement;

import java.util.Map;

/** A broker that might get a replica of a partition. Brokers are roster indexes. Immutable if {@code seats} is left alone. */
public final class Candidate {
    private final Roster roster;
    private final Map<String, String> requiredTags;
    private final int[] seats;
    private final int from;
    private final int to;
    private final int leaving;
    private final int broker;
    private final int perRack;

    /**
     * A candidate for one seat; as placement asks for very many, the arguments are not copied.
     *
     * @param roster the brokers
     * @param requiredTags tags that the resource asks for
     * @param seats array that holds the partition's replicas; shared, not to be changed
     * @param from first place of the partition's replicas in {@code seats}
     * @param to end of them
     * @param leaving the replica that would go, or -1
     * @param broker the candidate
     * @param perRack most replicas of one partition in one rack
     */
    Candidate(
            Roster roster,
            Map<String, String> requiredTags,
            int[] seats,
            int from,
            int to,
            int leaving,
            int broker,
            int perRack) {
        this.roster = roster;
        this.requiredTags = requiredTags;
        this.seats = seats;
        this.from = from;
        this.to = to;
        this.leaving = leaving;
        this.broker = broker;
        this.perRack = perRack;
    }

    Roster roster() {
        return roster;
    }

    Map<String, String> requiredTags() {
        return requiredTags;
    }

    int leaving() {
        return leaving;
    }

    int broker() {
        return broker;
    }

    int perRack() {
        return perRack;
    }

    /** Replicas that stay in the rack of {@code broker}. */
    int stayingInRackOf(int other) {
        int count = 0;
        for (int i = from; i < to; i++) {
            if (seats[i] != leaving && seats[i] >= 0 && roster.rack(seats[i]) == roster.rack(other)) {
                count++;
            }
        }
        return count;
    }

    boolean isSeated() {
        for (int i = from; i < to; i++) {
            if (seats[i] == broker) {
                return true;
            }
        }
        return false;
    }
}
