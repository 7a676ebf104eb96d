package io.muster.node;

import io.muster.error.MusterException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a node ends: once, by a close or by a failure, whichever comes first. Thread-safe. */
final class Ending {
    private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

    private final int nodeId;
    private final ExitHandler handler;
    private final Runnable abort;
    private final AtomicBoolean decided = new AtomicBoolean();
    private final CompletableFuture<NodeExit> exit = new CompletableFuture<>();

    /**
     * @param handler told of a failure
     * @param abort closes the node without handing over; run if the handler returns
     */
    Ending(int nodeId, ExitHandler handler, Runnable abort) {
        this.nodeId = nodeId;
        this.handler = handler;
        this.abort = abort;
    }

    /** The node cannot go on. Returns at once; from any thread, once or more. */
    void fail(String reason, @Nullable Throwable cause) {
        if (!decided.compareAndSet(false, true)) {
            return;
        }
        if (cause instanceof MusterException) {
            LOG.error("Node {} ends: {}", nodeId, reason);
        } else {
            LOG.error("Node {} ends: {}", nodeId, reason, cause);
        }
        NodeExit failed = new NodeExit(NodeExit.FAILED, reason);
        Thread ending = new Thread(
                () -> {
                    try {
                        handler.exit(failed);
                        abort.run();
                    } finally {
                        exit.complete(failed);
                    }
                },
                "muster-ending");
        ending.setDaemon(false);
        ending.start();
    }

    /** True for the one caller that may now close the node in order. */
    boolean beginClose() {
        return decided.compareAndSet(false, true);
    }

    void closed() {
        exit.complete(new NodeExit(0, "Node " + nodeId + " was stopped."));
    }

    /** True once the node has begun to end. */
    boolean isDecided() {
        return decided.get();
    }

    /** Waits, and keeps an interrupt for the caller. */
    void awaitUninterruptibly() {
        exit.handle((done, failure) -> done).join();
    }

    NodeExit await() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
