package io.muster.agent.core;

import io.muster.agent.AgentSettings;
import io.muster.agent.Ownership;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.SessionDown;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The agent without thread, clock or gRPC.
 *
 * <p>Single-threaded: all inputs come from one thread. Each takes {@code nowNs}, monotonic nanoseconds read after the thing
 * happened. Inputs take note; {@link #tick} sends, so call it after one or more inputs and when {@link #nextTickNs} is
 * reached.
 */
public final class AgentCore {
    /**
     * @param clock monotonic nanoseconds, read by the guards of ownerships from any thread
     * @param random for the jitter of reconnects
     */
    public AgentCore(
            AgentSettings settings,
            LongSupplier clock,
            RandomGenerator random,
            AgentOutputs outputs,
            AgentListener listener) {
        throw new UnsupportedOperationException();
    }

    /** Begins to look for the controller. */
    public void start(long nowNs) {}

    /** The stream is open. */
    public void connected(long stream, long nowNs) {}

    /** The stream could not be opened, or has ended. */
    public void disconnected(long stream, String because, long nowNs) {}

    /** The controller said something. */
    public void received(long stream, SessionDown message, long nowNs) {}

    /** The feed loaded a whole image: everything is compared with it. */
    public void imageReplaced(MetadataImage image, long nowNs) {}

    /** The feed applied a batch. */
    public void applied(Applied applied, long nowNs) {}

    /** A call into the application has returned, or thrown {@code failure}. */
    public void callbackReturned(long callbackId, @Nullable Throwable failure, long nowNs) {}

    /** The last guarded action of a closed ownership has ended. */
    public void drained(OwnershipHandle ownership, long nowNs) {}

    /** What the application says about itself: empty when healthy. */
    public void health(String unhealthyReason, long nowNs) {}

    /** Whether the application is ready to own work; true from the start. */
    public void applicationReady(boolean ready, long nowNs) {}

    /** Asks the controller to take all work, and leaves when it says that nothing is left. */
    public void stop(long nowNs) {}

    /** Closes every guard now, releases, and leaves without waiting for the controller. */
    public void leave(long nowNs) {}

    /** Does what is due: connects, sends heartbeats, ends a lapsed lease, retries callbacks. */
    public void tick(long nowNs) {}

    /** When {@link #tick} has something to do if nothing happens before. */
    public long nextTickNs() {
        return 0;
    }

    public AgentState state() {
        throw new UnsupportedOperationException();
    }

    /** The sentence that goes with the state. */
    public String because() {
        return "";
    }

    /** The newest broker epoch, or -1 before the first registration. */
    public long brokerEpoch() {
        return -1;
    }

    /** The newest image that the feed delivered. */
    public MetadataImage image() {
        return MetadataImage.EMPTY;
    }

    /** Ownerships that are open now; each says itself whether it is valid at this instant. A fresh list. */
    public List<Ownership> ownerships() {
        return List.of();
    }
}
