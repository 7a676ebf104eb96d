package io.muster.agent.rpc;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Batch;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.InvariantViolation;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotStream;
import io.muster.rpc.v1.Batches;
import io.muster.rpc.v1.FeedServiceGrpc;
import io.muster.rpc.v1.SnapshotPiece;
import io.muster.rpc.v1.WatchReply;
import io.muster.rpc.v1.WatchRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the metadata log from any voter and keeps an image of it. A broken feed is resumed from the own offset, at another
 * voter; a feed that does not fit the own image is loaded anew as a whole. Thread-safe; everything happens on one thread of
 * its own, on which the listener is called too, so a slow listener slows the voter down instead of filling memory.
 */
public final class FeedClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FeedClient.class);

    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 1000;
    /** A feed that was heard within this time is not given up as stalled: it may be loading a snapshot. */
    private static final long HEARD_LATELY_NS = 2_000_000_000L;

    private final String clusterId;
    private final String watcher;
    private final FeedSources sources;
    private final Channels channels;
    private final FeedListener listener;
    private final ScheduledExecutorService thread;

    private MetadataImage image = MetadataImage.EMPTY;
    private boolean closed;
    private boolean working;
    private long pauseMs = FIRST_PAUSE_MS;
    private @Nullable Following current;

    /**
     * @param clusterId the cluster that the voter must belong to; empty to take any
     * @param watcher who follows, for the voter's log
     * @param nodeId spreads brokers over the voters
     * @param bootstrap "host:port" of voters
     * @param preferred "host:port" of the voter to try first, empty for none
     */
    public FeedClient(
            String clusterId,
            String watcher,
            int nodeId,
            List<String> bootstrap,
            String preferred,
            Channels channels,
            FeedListener listener) {
        this.clusterId = clusterId;
        this.watcher = watcher;
        this.sources = new FeedSources(bootstrap, preferred, nodeId);
        this.channels = channels;
        this.listener = listener;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread t = new Thread(task, "muster-feed");
            t.setDaemon(true);
            return t;
        });
    }

    /** Begins to follow. */
    public void start() {
        thread.execute(this::follow);
    }

    /** Gives up the voter that is followed and takes another, unless it was heard from just now. */
    public void reopen(String because) {
        execute(() -> {
            Following following = current;
            if (following == null || System.nanoTime() - following.heardNs >= HEARD_LATELY_NS) {
                lost(following, because);
            }
        });
    }

    @Override
    public void close() {
        execute(() -> {
            closed = true;
            if (current != null) {
                current.end();
                current = null;
            }
        });
        thread.shutdown();
    }

    private void execute(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            log.trace("The feed is closed already", e);
        }
    }

    private void follow() {
        if (!closed && current == null) {
            Following following = new Following(sources.take());
            current = following;
            following.open();
        }
    }

    private void lost(@Nullable Following following, String because) {
        lost(following, because, 0);
    }

    private void lost(@Nullable Following following, String because, long leastPauseMs) {
        if (following != current || closed) {
            return;
        }
        if (following != null) {
            following.end();
        }
        current = null;
        if (working) {
            log.info("Feed at offset {}: ended, another voter is tried: {}", image.nextOffset(), because);
        } else {
            log.debug("Feed at offset {}: {}", image.nextOffset(), because);
        }
        working = false;
        long wait = leastPauseMs;
        if (sources.isRoundOver()) {
            wait += pauseMs / 2 + ThreadLocalRandom.current().nextLong(pauseMs / 2 + 1);
            pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 3 / 2);
        }
        var unused = thread.schedule(this::follow, wait, TimeUnit.MILLISECONDS);
    }

    private void works(String endpoint) {
        if (!working) {
            working = true;
            log.info("Feed at offset {}: follows {}", image.nextOffset(), endpoint);
        }
        pauseMs = FIRST_PAUSE_MS;
    }

    /** What the voter sends does not fit what we hold: one of the two is wrong, and only the whole tells which. */
    private void reload(Following following, String because) {
        log.error(
                "Feed at offset {}: {} does not fit the own image and the whole is loaded anew: {}",
                image.nextOffset(),
                following.endpoint,
                because);
        image = MetadataImage.EMPTY;
        // A voter that goes on sending what does not fit must not be asked in a tight loop.
        lost(following, because, LONGEST_PAUSE_MS);
    }

    /** One stream from one voter. All but {@link #open} and {@link #end} runs on the feed's thread, through the channel's executor. */
    private final class Following implements ClientResponseObserver<WatchRequest, WatchReply> {
        private final String endpoint;
        private @Nullable ManagedChannel channel;
        private @Nullable ClientCallStreamObserver<WatchRequest> call;
        private SnapshotStream.@Nullable Reader snapshot;
        private long heardNs = System.nanoTime();

        Following(String endpoint) {
            this.endpoint = endpoint;
        }

        void open() {
            try {
                ManagedChannel opened = channels.open(endpoint, FeedClient.this::execute);
                channel = opened;
                FeedServiceGrpc.newStub(opened)
                        .watch(
                                WatchRequest.newBuilder()
                                        .setClusterId(clusterId)
                                        .setFromOffset(image.nextOffset())
                                        .setWatcher(watcher)
                                        .build(),
                                this);
            } catch (RuntimeException e) {
                lost(this, "cannot connect to " + endpoint + ": " + e.getMessage());
            }
        }

        void end() {
            if (call != null) {
                call.cancel("no longer followed", null);
            }
            if (channel != null) {
                channel.shutdownNow();
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> started) {
            call = started;
            started.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(WatchReply reply) {
            if (current != this) {
                return;
            }
            heardNs = System.nanoTime();
            works(endpoint);
            try {
                switch (reply.getStepCase()) {
                    case SNAPSHOT -> piece(reply.getSnapshot());
                    case BATCHES -> batches(reply.getBatches());
                    case STEP_NOT_SET -> log.debug("{} sent an empty step", endpoint);
                }
                if (call != null && current == this) {
                    call.request(1);
                }
            } catch (RuntimeException e) {
                boolean known = e instanceof InvariantViolation || e instanceof MusterException;
                reload(this, known ? String.valueOf(e.getMessage()) : e.toString());
            }
        }

        private void piece(SnapshotPiece piece) {
            SnapshotStream.Reader reader = snapshot;
            if (reader == null) {
                reader = new SnapshotStream.Reader("The snapshot from " + endpoint);
                snapshot = reader;
            }
            reader.add(piece.getData());
            if (piece.getLast()) {
                MetadataImage loaded = reader.finish();
                snapshot = null;
                checkCluster(loaded);
                image = loaded;
                listener.replaced(loaded);
            }
        }

        private void batches(Batches batches) {
            List<Applied> applied = new ArrayList<>(batches.getBatchesCount());
            try {
                for (Batch batch : batches.getBatchesList()) {
                    if (batch.getBaseOffset() >= image.nextOffset()) { // what we have may be sent again after a resume
                        Applied next = image.apply(batch);
                        checkCluster(next.after());
                        image = next.after();
                        applied.add(next);
                    }
                }
            } finally {
                if (!applied.isEmpty()) {
                    listener.applied(applied);
                }
            }
        }

        private void checkCluster(MetadataImage other) {
            if (!clusterId.isEmpty() && !other.clusterId().equals(clusterId)) {
                throw new MusterException(
                        ErrorCode.FAILED_PRECONDITION,
                        endpoint + " belongs to cluster " + other.clusterId() + " and this node to " + clusterId
                                + "; correct controller.quorum.bootstrap.servers.");
            }
        }

        @Override
        public void onError(Throwable failure) {
            lost(this, RpcFailure.describe(endpoint, failure));
        }

        @Override
        public void onCompleted() {
            lost(this, endpoint + " closed the feed");
        }
    }
}
