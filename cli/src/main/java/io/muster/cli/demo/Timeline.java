package io.muster.cli.demo;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Cause;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one survivor saw of a failover: when the victim was fenced and when each partition it led had another leader. Times
 * are {@link System#nanoTime} at which the committed batch reached this process. Not thread-safe.
 */
final class Timeline {
    private final int victim;
    private final Set<Long> waiting = new HashSet<>();
    private boolean complete;
    private @Nullable Long fencedNanos;
    private @Nullable Cause fencedBy;
    private @Nullable Long firstLedNanos;
    private @Nullable Long lastLedNanos;

    /** Starts to watch {@code victim} as it stands in {@code image}. */
    Timeline(MetadataImage image, int victim) {
        this.victim = victim;
        for (int slot = 0; slot < image.tableSize(); slot++) {
            if (image.isUsed(slot) && image.partitionAt(slot).leader() == victim) {
                waiting.add(key(image.partitionAt(slot)));
            }
        }
        complete = waiting.isEmpty();
    }

    private static long key(PartitionState p) {
        return p.resource().id() << 24 ^ p.partition();
    }

    /** A committed batch arrived. */
    void onBatch(ImageDelta delta, Cause cause, long nowNanos) {
        for (ImageDelta.BrokerChange change : delta.brokers()) {
            if (fencedNanos == null
                    && change.after() != null
                    && change.after().id() == victim
                    && change.after().state() == BrokerState.FENCED) {
                fencedNanos = nowNanos;
                fencedBy = cause;
            }
        }
        for (ImageDelta.PartitionChange change : delta.partitions()) {
            PartitionState after = change.after();
            if (after != null) {
                onPartition(after, nowNanos);
            }
        }
    }

    /** The image was replaced: what happened in between shows only as its outcome. */
    void onImage(MetadataImage image, long nowNanos) {
        image.broker(victim).ifPresent(b -> {
            if (fencedNanos == null && b.state() == BrokerState.FENCED) {
                fencedNanos = nowNanos;
            }
        });
        for (int slot = 0; slot < image.tableSize(); slot++) {
            if (image.isUsed(slot)) {
                onPartition(image.partitionAt(slot), nowNanos);
            }
        }
    }

    private void onPartition(PartitionState after, long nowNanos) {
        if (after.leader() != PartitionState.NONE && after.leader() != victim && waiting.remove(key(after))) {
            if (firstLedNanos == null) {
                firstLedNanos = nowNanos;
            }
            lastLedNanos = nowNanos;
            complete = waiting.isEmpty();
        }
    }

    /** True when everything the victim led has another leader. */
    boolean isComplete() {
        return complete;
    }

    int waiting() {
        return waiting.size();
    }

    @Nullable
    Long fencedNanos() {
        return fencedNanos;
    }

    @Nullable
    Cause fencedBy() {
        return fencedBy;
    }

    @Nullable
    Long firstLedNanos() {
        return firstLedNanos;
    }

    @Nullable
    Long lastLedNanos() {
        return lastLedNanos;
    }
}
