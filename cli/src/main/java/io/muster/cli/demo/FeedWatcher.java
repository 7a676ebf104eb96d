package io.muster.cli.demo;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.muster.cli.cluster.HostPort;
import io.muster.log.v1.Batch;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotStream;
import io.muster.rpc.v1.FeedServiceGrpc;
import io.muster.rpc.v1.SnapshotPiece;
import io.muster.rpc.v1.WatchReply;
import io.muster.rpc.v1.WatchRequest;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Follows the feed of one voter, as an agent does, and keeps the time at which each committed batch arrived. Thread-safe.
 */
final class FeedWatcher implements AutoCloseable {
    private static final int MAX_PIECE_BYTES = 64 * 1024 * 1024;

    private final int node;
    private final ManagedChannel channel;
    private final String source;
    private SnapshotStream.@Nullable Reader snapshot;
    private MetadataImage image = MetadataImage.EMPTY;
    private @Nullable Timeline timeline;
    /** What a controller of a later epoch than this commits is the work of the next one. */
    private long epochBefore = Long.MAX_VALUE;

    private @Nullable Long firstCommitNanos;
    private @Nullable String ended;

    FeedWatcher(int node, HostPort listener) {
        this.node = node;
        this.source = "The snapshot from node " + node;
        this.channel = ManagedChannelBuilder.forAddress(listener.host(), listener.port())
                .usePlaintext()
                .maxInboundMessageSize(MAX_PIECE_BYTES)
                .build();
        WatchRequest request = WatchRequest.newBuilder().setWatcher("demo").build();
        FeedServiceGrpc.newStub(channel).watch(request, new StreamObserver<>() {
            @Override
            public void onNext(WatchReply reply) {
                step(reply, System.nanoTime());
            }

            @Override
            public void onError(Throwable t) {
                end(String.valueOf(t.getMessage()));
            }

            @Override
            public void onCompleted() {
                end("the voter ended it");
            }
        });
    }

    private synchronized void step(WatchReply reply, long nowNanos) {
        try {
            if (reply.hasSnapshot()) {
                piece(reply.getSnapshot(), nowNanos);
            }
            for (Batch batch : reply.getBatches().getBatchesList()) {
                Applied applied = image.apply(batch);
                image = applied.after();
                if (firstCommitNanos == null && batch.getControllerEpoch() > epochBefore) {
                    firstCommitNanos = nowNanos;
                }
                if (timeline != null) {
                    timeline.onBatch(applied.delta(), batch.getCause(), nowNanos);
                }
            }
            notifyAll();
        } catch (RuntimeException e) {
            end(String.valueOf(e.getMessage()));
        }
    }

    private void piece(SnapshotPiece piece, long nowNanos) {
        SnapshotStream.Reader reader = snapshot == null ? new SnapshotStream.Reader(source) : snapshot;
        reader.add(piece.getData());
        snapshot = piece.getLast() ? null : reader;
        if (piece.getLast()) {
            image = reader.finish();
            if (timeline != null) {
                timeline.onImage(image, nowNanos);
            }
        }
    }

    private synchronized void end(String why) {
        ended = why;
        notifyAll();
    }

    int node() {
        return node;
    }

    /** Starts a timeline from the newest image on, while the controller is the one of {@code controllerEpoch}. */
    synchronized void watchFor(int victim, long controllerEpoch) {
        epochBefore = controllerEpoch;
        timeline = new Timeline(image, victim);
    }

    synchronized Timeline timeline() {
        if (timeline == null) {
            throw new IllegalStateException("nothing is watched for yet");
        }
        return timeline;
    }

    /** When the first change that a later controller committed arrived here. */
    synchronized @Nullable Long firstCommitNanos() {
        return firstCommitNanos;
    }

    synchronized MetadataImage image() {
        return image;
    }

    /** Waits until the newest image satisfies {@code condition}; false when time ran out or the feed ended. */
    synchronized boolean await(Predicate<MetadataImage> condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.test(image)) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0 || ended != null) {
                return false;
            }
            wait(Math.min(leftMs, 100));
        }
        return true;
    }

    /** Why the feed ended; null while it runs. */
    synchronized @Nullable String ended() {
        return ended;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
