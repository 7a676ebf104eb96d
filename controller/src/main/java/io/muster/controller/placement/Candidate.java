package io.muster.controller.placement;

import java.util.Map;

/**
 * A broker that might get a replica of a partition. Brokers are roster indexes.
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
public record Candidate(
        Roster roster,
        Map<String, String> requiredTags,
        int[] seats,
        int from,
        int to,
        int leaving,
        int broker,
        int perRack) {
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
