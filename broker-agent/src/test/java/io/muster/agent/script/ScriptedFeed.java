package io.muster.agent.script;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.muster.log.v1.Batch;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotStream;
import io.muster.rpc.v1.Batches;
import io.muster.rpc.v1.FeedServiceGrpc;
import io.muster.rpc.v1.SnapshotPiece;
import io.muster.rpc.v1.WatchReply;
import io.muster.rpc.v1.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A feed of which the test decides each step. Thread-safe. */
public final class ScriptedFeed extends FeedServiceGrpc.FeedServiceImplBase {
    public final List<WatchRequest> requests = new CopyOnWriteArrayList<>();
    private final List<StreamObserver<WatchReply>> watchers = new CopyOnWriteArrayList<>();
    private final LogScript log;
    private final boolean bySnapshot;

    /** @param bySnapshot whether a watcher that begins at 0 gets a snapshot, or the batches from the first */
    public ScriptedFeed(LogScript log, boolean bySnapshot) {
        this.log = log;
        this.bySnapshot = bySnapshot;
    }

    @Override
    public synchronized void watch(WatchRequest request, StreamObserver<WatchReply> watcher) {
        ((ServerCallStreamObserver<WatchReply>) watcher).setOnCancelHandler(() -> watchers.remove(watcher));
        requests.add(request);
        watchers.add(watcher);
        if (request.getFromOffset() == 0 && bySnapshot) {
            snapshot(watcher, log.image());
        } else {
            List<Batch> all = log.batches();
            int from = (int) Math.min(all.size(), request.getFromOffset());
            batches(watcher, all.subList(from, all.size()));
        }
    }

    /** Sends what was just appended. */
    public synchronized void publish(Applied... applied) {
        for (Applied one : applied) {
            watchers.forEach(watcher -> batches(watcher, List.of(one.batch())));
        }
    }

    private static void batches(StreamObserver<WatchReply> watcher, List<Batch> batches) {
        watcher.onNext(WatchReply.newBuilder()
                .setBatches(Batches.newBuilder().addAllBatches(batches))
                .build());
    }

    private static void snapshot(StreamObserver<WatchReply> watcher, MetadataImage image) {
        List<com.google.protobuf.ByteString> pieces = new ArrayList<>();
        SnapshotStream.write(image, pieces::add, 100);
        for (int i = 0; i < pieces.size(); i++) {
            watcher.onNext(WatchReply.newBuilder()
                    .setSnapshot(SnapshotPiece.newBuilder()
                            .setData(pieces.get(i))
                            .setLast(i == pieces.size() - 1)
                            .setNextOffset(image.nextOffset()))
                    .build());
        }
    }
}
