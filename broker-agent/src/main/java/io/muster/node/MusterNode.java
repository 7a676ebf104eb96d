package io.muster.node;

import io.muster.agent.Workload;
import io.muster.metadata.image.MetadataImage;
import io.muster.node.config.NodeConfig;
import java.time.Duration;

/** A running node: a voter, a broker, or both, in this process. Thread-safe. */
public final class MusterNode implements AutoCloseable {
    /**
     * Starts a node. Returns when its ports are open and it takes part; it need not have found a controller yet.
     *
     * @param workload what a broker does; not called on a node that is only a controller
     * @param exitHandler told if the node cannot go on
     * @throws io.muster.error.MusterException with a sentence for the operator if the node cannot start
     */
    public static MusterNode start(NodeConfig config, Workload workload, ExitHandler exitHandler) {
        throw new UnsupportedOperationException();
    }

    public NodeConfig config() {
        throw new UnsupportedOperationException();
    }

    /** What this node knows of the cluster now. */
    public MetadataImage image() {
        throw new UnsupportedOperationException();
    }

    /** Waits until this broker may own work; false if the time is up first. On a node that is no broker: until a leader is known. */
    public boolean awaitUnfenced(Duration timeout) throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /** Waits until the node has ended, by {@link #close} or by a failure. */
    public NodeExit awaitExit() throws InterruptedException {
        throw new UnsupportedOperationException();
    }

    /** Hands over what this node owns and leads, then stops it. Idempotent; blocks until it is done. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
