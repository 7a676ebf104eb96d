package io.muster.controller.rpc;

import io.muster.log.v1.Batch;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest committed batches of this voter, shared by all watchers and bounded in bytes: a watcher that fell behind them
 * gets a snapshot. A listener of the log. Thread-safe.
 */
public final class FeedRing implements LogListener {
    /** The documented bound. */
    public static final long DEFAULT_MAX_BYTES = 32L * 1024 * 1024;

    private static final int FEWEST_SLOTS = 1024;

    private final MetadataLog log;
    private final long maxBytes;
    private Batch[] slots = new Batch[FEWEST_SLOTS];
    /** Batches of [first, next) are held, each at offset modulo length. */
    private long first;

    private long next;
    private boolean started;
    private long bytes;
    private volatile Runnable onNews = () -> {};

    /** @param log whose image is read; this ring must be among its listeners */
    public FeedRing(MetadataLog log, long maxBytes) {
        this.log = log;
        this.maxBytes = maxBytes;
    }

    void onNews(Runnable news) {
        onNews = news;
    }

    @Override
    public void onApplied(Applied applied, long term) {
        synchronized (this) {
            if (!started || applied.offset() != next) {
                clear(applied.offset());
            }
            if (next - first == slots.length) {
                grow();
            }
            slots[slot(next)] = applied.batch();
            next++;
            bytes += applied.batch().getSerializedSize();
            while (bytes > maxBytes && first < next) {
                bytes -= slots[slot(first)].getSerializedSize();
                first++;
            }
        }
        onNews.run();
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        synchronized (this) {
            clear(image.nextOffset());
        }
        onNews.run();
    }

    private void clear(long offset) {
        slots = new Batch[FEWEST_SLOTS];
        first = offset;
        next = offset;
        bytes = 0;
        started = true;
    }

    private void grow() {
        Batch[] larger = new Batch[slots.length * 2];
        for (long offset = first; offset < next; offset++) {
            larger[(int) (offset % larger.length)] = slots[slot(offset)];
        }
        slots = larger;
    }

    private int slot(long offset) {
        return (int) (offset % slots.length);
    }

    /** The offset after the newest batch that watchers may see. */
    long nextOffset() {
        synchronized (this) {
            if (started) {
                return next;
            }
        }
        return log.image().nextOffset();
    }

    /** True if every batch from {@code offset} on is here, or still to come. */
    boolean reaches(long offset) {
        synchronized (this) {
            if (started) {
                return offset >= first;
            }
        }
        return offset >= log.image().nextOffset();
    }

    /** Batches from {@code offset} on, up to {@code limitBytes} but at least one if there is one. */
    synchronized List<Batch> read(long offset, int limitBytes) {
        List<Batch> batches = new ArrayList<>();
        long size = 0;
        for (long o = offset; o >= first && o < next; o++) {
            Batch batch = slots[slot(o)];
            size += batch.getSerializedSize();
            if (size > limitBytes && !batches.isEmpty()) {
                break;
            }
            batches.add(batch);
        }
        return batches;
    }

    MetadataImage image() {
        return log.image();
    }

    @Override
    public void onBarrier(long term, long barrierId) {}

    @Override
    public void onLeading(long epoch, MetadataImage image) {}

    @Override
    public void onNotLeading(String why) {}

    @Override
    public void onLeaderKnown(Leadership leadership) {}

    @Override
    public void onFailure(String reason, Throwable cause) {}
}
