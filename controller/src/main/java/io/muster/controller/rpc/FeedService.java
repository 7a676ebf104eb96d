package io.muster.controller.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.rpc.v1.FeedServiceGrpc;
import io.muster.rpc.v1.WatchReply;
import io.muster.rpc.v1.WatchRequest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Committed batches, in order, from any voter. One thread hands out batches to all watchers, as far as each can take them; a
 * few write snapshots. What a watcher has not taken stays in the ring, which is shared, so a slow one costs no memory: when
 * the ring has moved on, it gets a snapshot. Thread-safe.
 */
public final class FeedService extends FeedServiceGrpc.FeedServiceImplBase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FeedService.class);
    private static final int SNAPSHOT_THREADS = 4;
    /** Watchers of one voter; more are refused. */
    public static final int MAX_WATCHERS = 10_000;

    private final FeedRing ring;
    private final String clusterId;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean pumping = new AtomicBoolean();
    private final ExecutorService pump = Executors.newSingleThreadExecutor(daemon("muster-feed"));
    private final ExecutorService snapshots =
            Executors.newFixedThreadPool(SNAPSHOT_THREADS, daemon("muster-feed-snapshot"));

    public FeedService(FeedRing ring, String clusterId) {
        this.ring = ring;
        this.clusterId = clusterId;
        ring.onNews(this::news);
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<WatchReply> replies) {
        if (!request.getClusterId().isEmpty() && !request.getClusterId().equals(clusterId)) {
            replies.onError(ErrorMapper.toStatus(
                    new MusterException(
                            ErrorCode.FAILED_PRECONDITION,
                            "The watcher " + request.getWatcher() + " belongs to cluster " + request.getClusterId()
                                    + " and this is cluster " + clusterId + "; check where it connects to."),
                    ""));
            return;
        }
        if (request.getFromOffset() < 0 || watchers.size() >= MAX_WATCHERS) {
            boolean full = request.getFromOffset() >= 0;
            replies.onError(ErrorMapper.toStatus(
                    full
                            ? new MusterException(
                                    ErrorCode.OVERLOADED,
                                    "This voter has " + MAX_WATCHERS + " watchers, its limit; watch another one.")
                            : new MusterException(
                                    ErrorCode.INVALID_ARGUMENT,
                                    "from_offset is " + request.getFromOffset() + "; it must be 0 or more."),
                    ""));
            return;
        }
        ServerCallStreamObserver<WatchReply> call = (ServerCallStreamObserver<WatchReply>) replies;
        Watcher watcher = new Watcher(request.getWatcher(), request.getFromOffset(), ring, call, this::run, snapshots);
        call.setOnReadyHandler(() -> {
            watcher.ready();
            run(watcher::drain);
        });
        call.setOnCancelHandler(() -> {
            watcher.cancelled();
            watchers.remove(watcher);
        });
        watchers.add(watcher);
        LOG.debug("{} watches from offset {}.", request.getWatcher(), request.getFromOffset());
        run(watcher::start);
    }

    /** Watchers connected now. */
    public int watchers() {
        return watchers.size();
    }

    private void news() {
        if (!watchers.isEmpty() && pumping.compareAndSet(false, true)) {
            run(() -> {
                pumping.set(false);
                watchers.forEach(Watcher::drain);
            });
        }
    }

    private void run(Runnable task) {
        try {
            pump.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException e) {
                    LOG.warn("The feed of a watcher failed", e);
                }
            });
        } catch (RejectedExecutionException closed) {
            LOG.debug("The feed is closed.");
        }
    }

    @Override
    public void close() {
        ring.onNews(() -> {});
        pump.shutdownNow();
        snapshots.shutdownNow();
    }
}
