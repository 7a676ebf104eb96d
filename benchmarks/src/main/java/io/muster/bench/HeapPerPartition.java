package io.muster.bench;

import io.muster.metadata.image.MetadataImage;
import java.lang.ref.Reference;

/**
 * How much heap one partition takes in an image: the heap that is in use after a full collection with an image of 1,000,000
 * partitions × 3 replicas on 300 brokers, less that without it.
 */
public final class HeapPerPartition {
    static final int PARTITIONS = 1_000_000;
    private static final int COLLECTIONS = 5;

    private HeapPerPartition() {}

    public static void main(String[] args) {
        System.out.printf("heap per partition: %.1f bytes%n", bytes());
    }

    static double bytes() {
        long before = usedAfterCollection();
        MetadataImage image = SampleCluster.spread(300, 100, PARTITIONS, 3);
        try {
            return (usedAfterCollection() - before) / (double) PARTITIONS;
        } finally {
            Reference.reachabilityFence(image);
        }
    }

    private static long usedAfterCollection() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
