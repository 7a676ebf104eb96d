package io.muster.controller.placement;

import io.muster.log.v1.StateKind;
import io.muster.metadata.image.PartitionState;

/**
 * Chooses who leads next: of the ready replicas on unfenced brokers the one that leads least for its capacity, one that stays
 * rather than one that is being removed. The counts run along, so the work of a dead broker spreads over all.
 */
public final class LeaderChoice {
    private final Roster roster;

    public LeaderChoice(Roster roster) {
        this.roster = roster;
    }

    /** An unfenced ready replica, or {@link PartitionState#NONE}. */
    public int ready(PartitionState state) {
        return ready(state, PartitionState.NONE);
    }

    /** As {@link #ready(PartitionState)}, but never {@code except}. */
    public int ready(PartitionState state, int except) {
        int staying = best(state, state.readyMask() & ~state.removingMask(), except);
        return staying != PartitionState.NONE ? staying : best(state, state.readyMask() & state.removingMask(), except);
    }

    /**
     * Who can lead though no replica is ready: for work without state of its own any unfenced replica, and for an exclusive
     * partition any unfenced broker that its resource allows. {@link PartitionState#NONE} for durable state.
     */
    public int unready(PartitionState state, int except) {
        if (state.resource().stateKind() == StateKind.STATE_DURABLE) {
            return PartitionState.NONE;
        }
        int replica = best(state, -1 >>> (32 - state.replicaCount()), except);
        return replica != PartitionState.NONE || !isExclusive(state) ? replica : elsewhere(state, except);
    }

    /** True if the partition has one owner, no standby and no state: it moves at once. */
    public static boolean isExclusive(PartitionState state) {
        return state.resource().replicationFactor() == 1 && state.resource().stateKind() != StateKind.STATE_DURABLE;
    }

    /** True if {@code broker} may be granted an exclusive partition that it holds no replica of. */
    public boolean mayTake(PartitionState state, int broker) {
        int index = roster.indexOf(broker);
        return index >= 0
                && isExclusive(state)
                && roster.isLive(index)
                && roster.carries(index, state.resource().requiredTags());
    }

    private int best(PartitionState state, int mask, int except) {
        int best = -1;
        for (int i = 0; i < state.replicaCount(); i++) {
            if ((mask & (1 << i)) == 0 || state.replica(i) == except) {
                continue;
            }
            int index = roster.indexOf(state.replica(i));
            if (index >= 0 && roster.isLive(index) && (best < 0 || roster.leadsLess(index, best))) {
                best = index;
            }
        }
        return best < 0 ? PartitionState.NONE : roster.id(best);
    }

    private int elsewhere(PartitionState state, int except) {
        int best = -1;
        for (int b = 0; b < roster.size(); b++) {
            if (roster.id(b) != except
                    && mayTake(state, roster.id(b))
                    && (best < 0 || roster.loadWithOneMore(b) < roster.loadWithOneMore(best))) {
                best = b;
            }
        }
        return best < 0 ? PartitionState.NONE : roster.id(best);
    }
}
