package io.muster.agent.shell;

import io.muster.agent.AgentSettings;
import io.muster.agent.Workload;
import io.muster.agent.core.AgentListener;
import io.muster.agent.work.CallbackListener;
import io.muster.error.MusterException;
import io.muster.metadata.image.MetadataImage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A running agent. Thread-safe. */
public final class Agent implements AutoCloseable {
    public Agent(AgentSettings settings, Workload workload, AgentListener listener, CallbackListener callbacks) {
        throw new UnsupportedOperationException();
    }

    /** Starts the agent's thread, the session and the feed; returns at once. This broker's gRPC listener must be open. */
    public void start() {}

    /** A snapshot of where the agent stands. */
    public AgentStatus status() {
        throw new UnsupportedOperationException();
    }

    /** The newest image that the feed delivered. */
    public MetadataImage image() {
        return MetadataImage.EMPTY;
    }

    /** Completes when the broker is unfenced and holds a lease for the first time; exceptionally if it was refused for good. */
    public CompletableFuture<Void> active() {
        throw new UnsupportedOperationException();
    }

    /** Completes when the agent has stopped: with null after a close, with the refusal when it was refused for good. */
    public CompletableFuture<MusterException> stopped() {
        throw new UnsupportedOperationException();
    }

    /** Tells the cluster whether the application is ready to own work; true from the start. */
    public void applicationReady(boolean ready) {}

    /**
     * Leaves the cluster and returns when the last guard is closed and the last callback has returned, or the time is up.
     *
     * @param graceful hand everything over first; otherwise the guards are closed at once
     */
    public void close(boolean graceful, Duration timeout) {}

    /** Closes gracefully within ten seconds. */
    @Override
    public void close() {
        close(true, Duration.ofSeconds(10));
    }
}
