package io.muster.agent.shell;

import io.muster.agent.core.AgentCore;
import io.muster.agent.core.OwnershipHandle;
import io.muster.agent.rpc.FeedListener;
import io.muster.agent.rpc.SessionClient;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.SessionDown;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the agent's thread, in order. Thread-safe. Bounded where it could grow: at most {@link #MAX_FEED_STEPS}
 * steps of the feed wait, then the feed's thread does. The others are bounded by what causes them: one callback for each
 * partition, one renewal for each heartbeat.
 */
final class Inbox implements SessionClient.Events, FeedListener {
    /** Most steps of the feed that wait. */
    private static final int MAX_FEED_STEPS = 64;

    /** One input of the core, with the time at which it is given. */
    interface Input {
        void to(AgentCore core, long nowNs);
    }

    private final BlockingQueue<Input> queue = new LinkedBlockingQueue<>();
    private final Semaphore feedRoom = new Semaphore(MAX_FEED_STEPS);
    private volatile boolean closed;

    void add(Input input) {
        queue.add(input);
    }

    @Nullable
    Input take(long waitNs) throws InterruptedException {
        return queue.poll(waitNs, TimeUnit.NANOSECONDS);
    }

    @Nullable
    Input poll() {
        return queue.poll();
    }

    /** Nothing is read any more, so the feed must not wait for room. */
    void close() {
        closed = true;
        feedRoom.release(MAX_FEED_STEPS);
    }

    @Override
    public void connected(long stream) {
        add((core, nowNs) -> core.connected(stream, nowNs));
    }

    @Override
    public void disconnected(long stream, String because) {
        add((core, nowNs) -> core.disconnected(stream, because, nowNs));
    }

    @Override
    public void received(long stream, SessionDown message) {
        add((core, nowNs) -> core.received(stream, message, nowNs));
    }

    @Override
    public void replaced(MetadataImage image) {
        addFeedStep((core, nowNs) -> core.imageReplaced(image, nowNs));
    }

    @Override
    public void applied(List<Applied> batches) {
        addFeedStep((core, nowNs) -> batches.forEach(batch -> core.applied(batch, nowNs)));
    }

    private void addFeedStep(Input step) {
        if (closed) {
            return;
        }
        feedRoom.acquireUninterruptibly();
        add((core, nowNs) -> {
            feedRoom.release();
            step.to(core, nowNs);
        });
    }

    void callbackReturned(long callbackId, @Nullable Throwable failure) {
        add((core, nowNs) -> core.callbackReturned(callbackId, failure, nowNs));
    }

    void drained(OwnershipHandle ownership) {
        add((core, nowNs) -> core.drained(ownership, nowNs));
    }
}
