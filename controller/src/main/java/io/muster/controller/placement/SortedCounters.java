package io.muster.controller.placement;

/**
 * Hands out items that each must be taken a given number of times, several different ones at a time: always those with the
 * most left, and among equals by stable hash. If no count is above the number of rounds and their sum is rounds × width, every
 * round can be served (the greedy construction of Gale and Ryser). A round costs its width and a binary search.
 */
final class SortedCounters {
    private final int[] item;
    private final int[] left;
    private final long seed;
    private long round;

    /** @param counts how often each item is to be taken; items with 0 are never taken */
    SortedCounters(int[] counts, long seed) {
        this.seed = seed;
        Integer[] order = new Integer[counts.length];
        java.util.Arrays.setAll(order, i -> i);
        java.util.Arrays.sort(order, (a, b) -> Integer.compare(counts[b], counts[a]));
        item = new int[counts.length];
        left = new int[counts.length];
        for (int i = 0; i < order.length; i++) {
            item[i] = order[i];
            left[i] = counts[order[i]];
        }
    }

    /** Takes {@code width} different items into {@code taken}. */
    void take(int width, int[] taken) {
        round++;
        int level = left[width - 1];
        int runStart = firstAtMost(level);
        int runEnd = firstAtMost(level - 1);
        // Everything before the run is taken whole; of the run, as many as are still wanted, chosen by hash.
        int wanted = width - runStart;
        for (int i = 0; i < wanted; i++) {
            int j = runStart + i + StableHash.below(runEnd - runStart - i, StableHash.mix(seed ^ round, i));
            swap(runStart + i, j);
        }
        for (int i = 0; i < width; i++) {
            taken[i] = item[i];
            left[i]--;
        }
        // The taken ones of the run now count one less: they change places with the end of the run.
        int shifted = Math.min(wanted, runEnd - width);
        for (int i = 0; i < shifted; i++) {
            swap(runStart + i, runEnd - 1 - i);
        }
    }

    /** First place whose count is at most {@code level}; counts fall from left to right. */
    private int firstAtMost(int level) {
        int low = 0;
        int high = left.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (left[mid] > level) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    private void swap(int i, int j) {
        int keptItem = item[i];
        int keptLeft = left[i];
        item[i] = item[j];
        left[i] = left[j];
        item[j] = keptItem;
        left[j] = keptLeft;
    }
}
