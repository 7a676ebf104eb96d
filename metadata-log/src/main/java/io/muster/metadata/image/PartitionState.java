package io.muster.metadata.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One partition: its replicas, which of them may lead, who leads, and where a hand-over stands. Immutable; about 56 bytes
 * and its replica list, because an image may hold a million.
 *
 * <p>Sets of replicas are bit masks over the replica list, so a partition has at most {@link #MAX_REPLICAS} replicas.
 */
public final class PartitionState {
    /** No broker. */
    public static final int NONE = -1;
    /** Most replicas of one partition. */
    public static final int MAX_REPLICAS = 31;

    private final Resource resource;
    private final int[] replicas;
    private final int partition;
    private final int leader;
    private final int ready;
    private final int adding;
    private final int removing;
    private final int releasing;
    private final int target;
    private final long leaderEpoch;

    PartitionState(
            Resource resource,
            int partition,
            int[] replicas,
            int leader,
            long leaderEpoch,
            int ready,
            int adding,
            int removing,
            int releasing,
            int target) {
        this.resource = resource;
        this.partition = partition;
        this.replicas = replicas;
        this.leader = leader;
        this.leaderEpoch = leaderEpoch;
        this.ready = ready;
        this.adding = adding;
        this.removing = removing;
        this.releasing = releasing;
        this.target = target;
    }

    public Resource resource() {
        return resource;
    }

    public int partition() {
        return partition;
    }

    /** Place in the image's partition table. */
    public int slot() {
        return resource.firstSlot() + partition;
    }

    public int replicaCount() {
        return replicas.length;
    }

    /** Broker id of the {@code i}-th replica; the 0th is preferred. */
    public int replica(int i) {
        return replicas[i];
    }

    /** A fresh copy of the replica list. */
    public int[] replicas() {
        return replicas.clone();
    }

    int[] sharedReplicas() {
        return replicas;
    }

    /** Position of {@code broker} in the replica list, or {@link #NONE}. */
    public int indexOf(int broker) {
        for (int i = 0; i < replicas.length; i++) {
            if (replicas[i] == broker) {
                return i;
            }
        }
        return NONE;
    }

    public boolean hasReplica(int broker) {
        return indexOf(broker) != NONE;
    }

    /** The leading broker, or {@link #NONE}. */
    public int leader() {
        return leader;
    }

    /** The offset at which leadership was last granted: the fencing token. 0 if never. Stays when the leader goes. */
    public long leaderEpoch() {
        return leaderEpoch;
    }

    /** Mask of the replicas that may lead. */
    public int readyMask() {
        return ready;
    }

    public int addingMask() {
        return adding;
    }

    public int removingMask() {
        return removing;
    }

    public boolean isReady(int broker) {
        return isIn(ready, broker);
    }

    public boolean isAdding(int broker) {
        return isIn(adding, broker);
    }

    public boolean isRemoving(int broker) {
        return isIn(removing, broker);
    }

    private boolean isIn(int mask, int broker) {
        int i = indexOf(broker);
        return i != NONE && (mask & (1 << i)) != 0;
    }

    public int readyCount() {
        return Integer.bitCount(ready);
    }

    /** The broker that must release (or lose its lease) before the next grant, or {@link #NONE}. */
    public int releasing() {
        return releasing;
    }

    /** The broker that was chosen to lead next, or {@link #NONE}. */
    public int target() {
        return target;
    }

    public boolean isHandingOver() {
        return releasing != NONE;
    }

    public boolean isMoving() {
        return (adding | removing) != 0;
    }

    /** All replicas ready. */
    public boolean isFullyReady() {
        return ready == allMask(replicas.length);
    }

    public int[] readyBrokers() {
        return brokersIn(ready);
    }

    public int[] brokersIn(int mask) {
        return IntStream.range(0, replicas.length)
                .filter(i -> (mask & (1 << i)) != 0)
                .map(i -> replicas[i])
                .toArray();
    }

    /** "steady", "moving", "handing over" or "leaderless". */
    public String phase() {
        if (isHandingOver()) {
            return "handing over";
        }
        if (leader == NONE) {
            return "leaderless";
        }
        return isMoving() ? "moving" : "steady";
    }

    /** Starts an edit of this state. */
    public PartitionEdit edit() {
        return new PartitionEdit(this);
    }

    static int allMask(int count) {
        return count == 0 ? 0 : -1 >>> (32 - count);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PartitionState other
                && resource.id() == other.resource.id()
                && partition == other.partition
                && leader == other.leader
                && leaderEpoch == other.leaderEpoch
                && ready == other.ready
                && adding == other.adding
                && removing == other.removing
                && releasing == other.releasing
                && target == other.target
                && Arrays.equals(replicas, other.replicas);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(resource.id() * 31 + partition) * 31 + Long.hashCode(leaderEpoch) + leader;
    }

    @Override
    public String toString() {
        return resource.name() + "/" + partition + "{replicas=" + Arrays.toString(replicas) + ", ready="
                + Arrays.toString(readyBrokers()) + ", leader=" + leader + "@" + leaderEpoch + ", phase=" + phase()
                + (releasing == NONE ? "" : ", releasing=" + releasing) + (target == NONE ? "" : ", target=" + target)
                + "}";
    }
}
