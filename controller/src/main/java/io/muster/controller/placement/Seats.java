package io.muster.controller.placement;

import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The seats of one resource as they will be when all moves under way are done: what planning counts with. The first seat is
 * the preferred leader. Brokers are roster indexes. Not thread-safe.
 */
public final class Seats {
    private static final int EMPTY = -1;

    private final Resource resource;
    private final Roster roster;
    private final int width;
    private final int[] seats;
    private final BitSet frozen;
    private final int[] replicas;
    private final int[] firsts;

    /** @param width most replicas of one partition */
    public Seats(Resource resource, Roster roster, int width) {
        this.resource = resource;
        this.roster = roster;
        this.width = width;
        this.seats = new int[resource.partitions() * width];
        this.frozen = new BitSet(resource.partitions());
        this.replicas = new int[roster.size()];
        this.firsts = new int[roster.size()];
        Arrays.fill(seats, EMPTY);
    }

    /** Seats a partition; one that is under way, or has more replicas than there is room for, is frozen. */
    public void fill(PartitionState state) {
        int[] list = FinalReplicas.of(state);
        int start = state.partition() * width;
        for (int i = 0; i < list.length && i < width; i++) {
            int b = roster.indexOf(list[i]);
            seats[start + i] = b;
            if (b >= 0) {
                replicas[b]++;
            }
        }
        if (seats[start] >= 0) {
            firsts[seats[start]]++;
        }
        if (state.isMoving() || state.isHandingOver() || list.length > width) {
            frozen.set(state.partition());
        }
    }

    /** Seats a new partition from {@code list[from..from+width)}. */
    void fill(int partition, int[] list, int from) {
        for (int i = 0; i < width; i++) {
            seats[partition * width + i] = list[from + i];
            replicas[list[from + i]]++;
        }
        firsts[list[from]]++;
    }

    public Resource resource() {
        return resource;
    }

    Roster roster() {
        return roster;
    }

    public int partitions() {
        return resource.partitions();
    }

    /** Replicas that a broker will hold. */
    public int replicas(int broker) {
        return replicas[broker];
    }

    /** Partitions that prefer the broker as their leader. */
    public int firsts(int broker) {
        return firsts[broker];
    }

    /** True if the partition is on the move and must be left alone. */
    public boolean isFrozen(int partition) {
        return frozen.get(partition);
    }

    public void freeze(int partition) {
        frozen.set(partition);
    }

    int width() {
        return width;
    }

    /** The {@code i}-th broker of a partition, or -1. */
    public int at(int partition, int i) {
        return seats[partition * width + i];
    }

    /** The id of the {@code i}-th broker of a partition that has one there. */
    public int idAt(int partition, int i) {
        return roster.id(at(partition, i));
    }

    int first(int partition) {
        return seats[partition * width];
    }

    /** The partitions that prefer each broker. */
    int[][] byFirst() {
        int[][] lists = new int[roster.size()][];
        Arrays.setAll(lists, b -> new int[firsts[b]]);
        int[] count = new int[lists.length];
        for (int p = 0; p < resource.partitions(); p++) {
            int b = first(p);
            if (b >= 0) {
                lists[b][count[b]++] = p;
            }
        }
        return lists;
    }

    boolean holds(int partition, int broker) {
        for (int i = partition * width; i < (partition + 1) * width; i++) {
            if (seats[i] == broker) {
                return true;
            }
        }
        return false;
    }

    /** Makes {@code broker}, which holds a seat, the preferred one. */
    void prefer(int partition, int broker) {
        int start = partition * width;
        for (int i = start; i < start + width; i++) {
            if (seats[i] == broker) {
                firsts[seats[start]]--;
                firsts[broker]++;
                seats[i] = seats[start];
                seats[start] = broker;
                return;
            }
        }
        throw new IllegalArgumentException("broker holds no seat of partition " + partition);
    }

    /** Gives the seat of {@code from} to {@code to}. */
    void move(int partition, int from, int to) {
        int start = partition * width;
        for (int i = start; i < start + width; i++) {
            if (seats[i] == from) {
                seats[i] = to;
                replicas[from]--;
                replicas[to]++;
                if (i == start) {
                    firsts[from]--;
                    firsts[to]++;
                }
                return;
            }
        }
        throw new IllegalArgumentException("broker holds no seat of partition " + partition);
    }

    /** The candidate {@code to} for the seat of {@code from}. */
    Candidate candidate(int partition, int from, int to, int perRack) {
        return new Candidate(
                roster, resource.requiredTags(), seats, partition * width, (partition + 1) * width, from, to, perRack);
    }

    /** Broker ids of a partition, preferred first. */
    public int[] ids(int partition) {
        return Arrays.stream(seats, partition * width, (partition + 1) * width)
                .filter(b -> b >= 0)
                .map(roster::id)
                .toArray();
    }
}
