package io.muster.controller.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.Resource;
import io.muster.metadata.log.MetadataLog;
import io.muster.rpc.v1.DescribePartitionReply;
import io.muster.rpc.v1.ReadHistoryReply;
import io.muster.rpc.v1.ReadHistoryRequest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where history is read: one reader at a time, because each holds an image and a stretch of the log, on a thread of its own
 * that ends when nobody asks. A few wait; more are refused. Thread-safe.
 */
final class HistoryDesk {
    private static final int MAX_WAITING = 8;
    private static final long IDLE_S = 5;
    private static final long SLOW_READER_MS = 10_000;
    private static final long POLL_NS = 5_000_000;

    private final MetadataLog log;
    private final ThreadPoolExecutor thread;

    HistoryDesk(MetadataLog log) {
        this.log = log;
        thread = new ThreadPoolExecutor(
                1, 1, IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> daemon(task));
        thread.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task) {
        Thread made = new Thread(task, "muster-history");
        made.setDaemon(true);
        return made;
    }

    /**
     * Runs something that reads history, soon, on the desk's thread.
     *
     * @throws MusterException OVERLOADED if too many wait
     */
    void enqueue(Runnable reading) {
        try {
            thread.execute(reading);
        } catch (RejectedExecutionException full) {
            throw new MusterException(
                    ErrorCode.OVERLOADED,
                    MAX_WAITING + " requests for history wait already, and they are read one at a time; ask again in a"
                            + " moment.",
                    full);
        }
    }

    /** @throws MusterException INVALID_ARGUMENT with a sentence if the request makes no sense */
    static void check(ReadHistoryRequest request) {
        require(
                !request.hasPartition() || !request.getResource().isEmpty(),
                "partition is set and resource is not; name the resource too.");
        require(request.getFromOffset() >= 0, "from_offset is " + request.getFromOffset() + "; it must be 0 or more.");
        require(
                request.getLimit() >= 0 && request.getLimit() <= RpcLimits.HISTORY_LIMIT_MAX,
                "limit is " + request.getLimit() + "; it must be 1 to " + RpcLimits.HISTORY_LIMIT_MAX
                        + ", or 0 for all.");
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new MusterException(ErrorCode.INVALID_ARGUMENT, sentence);
        }
    }

    /** Reads and sends; on the desk's thread. The call is completed, unless this throws. */
    void send(ReadHistoryRequest request, MetadataImage image, StreamObserver<ReadHistoryReply> reply) {
        Pace pace = new Pace(reply);
        HistoryListing listing = new HistoryListing(request, image.nextOffset(), pace::send);
        log.readHistory(listing);
        if (listing.matches() == 0) {
            refuseUnknown(request, image, listing.firstOffset());
        }
        listing.finish();
        pace.complete();
    }

    /** The last changes of a partition, added to {@code described}; on the desk's thread. */
    void addChanges(ReadHistoryRequest request, MetadataImage image, DescribePartitionReply.Builder described) {
        HistoryListing listing = new HistoryListing(request, image.nextOffset(), piece -> {
            described.addAllChanges(piece.getChangesList());
            return true;
        });
        log.readHistory(listing);
        listing.finish();
        described.setFirstOffset(listing.firstOffset());
    }

    /** Nothing matched: a name that nobody knows is likely a slip of the pen, and an empty answer would hide it. */
    private static void refuseUnknown(ReadHistoryRequest request, MetadataImage image, long firstOffset) {
        String reach = ", and the log, which is kept from offset " + firstOffset + " on, knows none; ";
        if (request.hasBroker() && image.broker(request.getBroker()).isEmpty()) {
            throw new MusterException(
                    ErrorCode.NOT_FOUND,
                    "There is no broker " + request.getBroker() + reach + "'muster brokers list' shows all.");
        }
        if (!request.getResource().isEmpty()) {
            Resource resource = image.resource(request.getResource())
                    .orElseThrow(() -> new MusterException(
                            ErrorCode.NOT_FOUND,
                            "There is no resource '" + request.getResource() + "'" + reach
                                    + "'muster resources list' shows all."));
            if (request.hasPartition()) {
                View.checkPartition(resource, request.getPartition());
            }
        }
    }

    /** Waits for a reader that is slower than the disk, but not for ever. */
    private static final class Pace {
        private final StreamObserver<ReadHistoryReply> reply;

        Pace(StreamObserver<ReadHistoryReply> reply) {
            this.reply = reply;
        }

        boolean send(ReadHistoryReply piece) {
            if (reply instanceof ServerCallStreamObserver<ReadHistoryReply> call && !awaitReady(call)) {
                return false;
            }
            reply.onNext(piece);
            return true;
        }

        private boolean awaitReady(ServerCallStreamObserver<ReadHistoryReply> call) {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SLOW_READER_MS);
            while (!call.isReady() && !call.isCancelled()) {
                if (System.nanoTime() - deadline > 0) {
                    throw new MusterException(
                            ErrorCode.TIMED_OUT,
                            "The reader of the history took nothing for " + SLOW_READER_MS / 1000
                                    + " s; others wait, so it is given up.");
                }
                LockSupport.parkNanos(POLL_NS);
            }
            return !call.isCancelled();
        }

        void complete() {
            if (!(reply instanceof ServerCallStreamObserver<ReadHistoryReply> call) || !call.isCancelled()) {
                reply.onCompleted();
            }
        }
    }
}
