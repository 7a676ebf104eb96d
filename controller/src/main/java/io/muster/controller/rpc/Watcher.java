package io.muster.controller.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Batch;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotStream;
import io.muster.rpc.v1.Batches;
import io.muster.rpc.v1.SnapshotPiece;
import io.muster.rpc.v1.WatchReply;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One watcher of the feed. {@link #start} and {@link #drain} run on the feed's thread; a snapshot is written on its own,
 * which waits for a watcher that is slow, and batches wait for the snapshot.
 */
final class Watcher {
    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);
    private static final int BATCHES_BYTES = 256 * 1024;
    private static final int PIECE_BYTES = 256 * 1024;
    /** A watcher that takes no piece of a snapshot for so long is cut off. */
    private static final long STUCK_MS = 30_000;

    private final String name;
    private final FeedRing ring;
    private final ServerCallStreamObserver<WatchReply> call;
    private final Executor feed;
    private final Executor snapshots;
    private final Object readiness = new Object();
    private volatile boolean cancelled;
    private long next;
    private boolean snapshotting;

    Watcher(
            String name,
            long from,
            FeedRing ring,
            ServerCallStreamObserver<WatchReply> call,
            Executor feed,
            Executor snapshots) {
        this.name = name;
        this.next = from;
        this.ring = ring;
        this.call = call;
        this.feed = feed;
        this.snapshots = snapshots;
    }

    void ready() {
        synchronized (readiness) {
            readiness.notifyAll();
        }
    }

    void cancelled() {
        cancelled = true;
        ready();
    }

    /** Sends something at once, so that the watcher knows how far this voter is. */
    void start() {
        if (next >= ring.nextOffset() && !cancelled) {
            send(List.of());
        }
        drain();
    }

    /** Sends what there is, as far as the watcher can take it. */
    void drain() {
        while (!snapshotting && !cancelled && call.isReady()) {
            if (next > ring.nextOffset()) {
                return; // It knows more than this voter does; this voter will catch up.
            }
            if (!ring.reaches(next)) {
                snapshot();
                return;
            }
            List<Batch> batches = ring.read(next, BATCHES_BYTES);
            if (batches.isEmpty()) {
                return;
            }
            next += batches.size();
            send(batches);
        }
    }

    private void send(List<Batch> batches) {
        call.onNext(WatchReply.newBuilder()
                .setBatches(Batches.newBuilder().addAllBatches(batches).setCommittedOffset(ring.nextOffset()))
                .build());
    }

    private void snapshot() {
        snapshotting = true;
        try {
            snapshots.execute(() -> {
                long reached = writeSnapshot();
                feed.execute(() -> {
                    snapshotting = false;
                    next = reached;
                    drain();
                });
            });
        } catch (RejectedExecutionException closing) {
            LOG.debug("{}: no snapshot, the feed is closed.", name);
        }
    }

    private long writeSnapshot() {
        MetadataImage image = ring.image();
        LOG.info("{} gets a snapshot of offset {}.", name, image.nextOffset());
        LastPieceMarked pieces = new LastPieceMarked(image.nextOffset());
        try {
            SnapshotStream.write(image, pieces::add, PIECE_BYTES);
            pieces.finish();
        } catch (MusterException stuck) {
            LOG.info("{}: {}", name, stuck.getMessage());
            cancelled = true;
            call.onError(ErrorMapper.toStatus(stuck, ""));
        } catch (RuntimeException e) {
            LOG.warn("{}: its snapshot failed", name, e);
            if (!cancelled) {
                cancelled = true;
                call.onError(ErrorMapper.toStatus(e, ""));
            }
        }
        return image.nextOffset();
    }

    /** Sends pieces when the watcher can take them; the last one is known only when all were made. */
    private final class LastPieceMarked {
        private final long nextOffset;
        private @Nullable ByteString held;

        LastPieceMarked(long nextOffset) {
            this.nextOffset = nextOffset;
        }

        void add(ByteString piece) {
            flush(false);
            held = piece;
        }

        void finish() {
            flush(true);
        }

        private void flush(boolean last) {
            ByteString piece = held;
            if (piece == null) {
                return;
            }
            awaitReady();
            if (!cancelled) {
                call.onNext(WatchReply.newBuilder()
                        .setSnapshot(SnapshotPiece.newBuilder()
                                .setData(piece)
                                .setLast(last)
                                .setNextOffset(nextOffset))
                        .build());
            }
        }
    }

    private void awaitReady() {
        synchronized (readiness) {
            long untilNs = System.nanoTime() + STUCK_MS * 1_000_000;
            while (!cancelled && !call.isReady()) {
                long leftMs = (untilNs - System.nanoTime()) / 1_000_000;
                if (leftMs <= 0) {
                    throw new MusterException(
                            ErrorCode.TIMED_OUT,
                            "The watcher took nothing of its snapshot for " + STUCK_MS + " ms; watch again.");
                }
                try {
                    readiness.wait(leftMs);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    cancelled = true;
                }
            }
        }
    }
}
