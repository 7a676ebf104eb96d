package io.muster.controller.placement;

import io.muster.metadata.image.PartitionState;

/** The replica list that a move leads to. */
public final class FinalReplicas {
    private FinalReplicas() {}

    /** Broker ids: each added replica takes the place of a removed one, in order; without a move, the list as it is. */
    public static int[] of(PartitionState state) {
        if (!state.isMoving()) {
            return state.replicas();
        }
        int adding = state.addingMask();
        int[] list = new int[state.replicaCount()];
        int count = 0;
        int next = 0;
        for (int i = 0; i < list.length; i++) {
            int bit = 1 << i;
            if ((adding & bit) != 0) {
                continue;
            }
            if ((state.removingMask() & bit) == 0) {
                list[count++] = state.replica(i);
                continue;
            }
            next = nextAdding(state, next);
            if (next < list.length) {
                list[count++] = state.replica(next++);
            }
        }
        for (next = nextAdding(state, next); next < list.length; next = nextAdding(state, next + 1)) {
            list[count++] = state.replica(next);
        }
        return java.util.Arrays.copyOf(list, count);
    }

    private static int nextAdding(PartitionState state, int from) {
        int i = from;
        while (i < state.replicaCount() && (state.addingMask() & (1 << i)) == 0) {
            i++;
        }
        return i;
    }
}
