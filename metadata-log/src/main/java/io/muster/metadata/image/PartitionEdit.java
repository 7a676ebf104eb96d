package io.muster.metadata.image;

import static io.muster.metadata.image.PartitionState.NONE;

/**
 * The next state of one partition, described in broker ids. Not thread-safe. The result is checked against invariant 6
 * when its batch is applied, not here.
 */
public final class PartitionEdit {
    private final PartitionState before;
    private int[] replicas;
    private int leader;
    private int ready;
    private int adding;
    private int removing;
    private int releasing;
    private int target;

    PartitionEdit(PartitionState before) {
        this.before = before;
        this.replicas = before.sharedReplicas();
        this.leader = before.leader();
        this.ready = before.readyMask();
        this.adding = before.addingMask();
        this.removing = before.removingMask();
        this.releasing = before.releasing();
        this.target = before.target();
    }

    /** Grants leadership to {@code broker}, or takes it away with {@link PartitionState#NONE}. */
    public PartitionEdit leader(int broker) {
        leader = broker;
        return this;
    }

    public PartitionEdit ready(int broker, boolean isReady) {
        ready = with(ready, broker, isReady);
        return this;
    }

    public PartitionEdit releasing(int broker) {
        releasing = broker;
        return this;
    }

    public PartitionEdit target(int broker) {
        target = broker;
        return this;
    }

    public PartitionEdit adding(int broker, boolean isAdding) {
        adding = with(adding, broker, isAdding);
        return this;
    }

    public PartitionEdit removing(int broker, boolean isRemoving) {
        removing = with(removing, broker, isRemoving);
        return this;
    }

    /** Sets a new replica list; who is ready, adding and removing stays so where the broker stays. */
    public PartitionEdit replicas(int... newReplicas) {
        if (newReplicas.length == 0) {
            throw new IllegalArgumentException("the last replica cannot be taken from " + before);
        }
        int newReady = 0;
        int newAdding = 0;
        int newRemoving = 0;
        for (int i = 0; i < newReplicas.length; i++) {
            int old = position(replicas, newReplicas[i]);
            if (old != NONE) {
                newReady |= ((ready >>> old) & 1) << i;
                newAdding |= ((adding >>> old) & 1) << i;
                newRemoving |= ((removing >>> old) & 1) << i;
            }
        }
        replicas = newReplicas.clone();
        ready = newReady;
        adding = newAdding;
        removing = newRemoving;
        return this;
    }

    /** Appends a replica that is being added. */
    public PartitionEdit addReplica(int broker) {
        int[] longer = java.util.Arrays.copyOf(replicas, replicas.length + 1);
        longer[replicas.length] = broker;
        return replicas(longer).adding(broker, true);
    }

    public PartitionEdit dropReplica(int broker) {
        return replicas(
                java.util.Arrays.stream(replicas).filter(b -> b != broker).toArray());
    }

    public PartitionState before() {
        return before;
    }

    /** The edited state; a leader that changed carries the epoch of its grant only once the batch is applied. */
    public PartitionState build() {
        return new PartitionState(
                before.resource(),
                before.partition(),
                replicas,
                leader,
                before.leaderEpoch(),
                ready,
                adding,
                removing,
                releasing,
                target);
    }

    private int with(int mask, int broker, boolean on) {
        int i = position(replicas, broker);
        if (i == NONE) {
            throw new IllegalArgumentException("broker " + broker + " is no replica of " + before);
        }
        return on ? mask | (1 << i) : mask & ~(1 << i);
    }

    private static int position(int[] list, int broker) {
        for (int i = 0; i < list.length; i++) {
            if (list[i] == broker) {
                return i;
            }
        }
        return NONE;
    }
}
