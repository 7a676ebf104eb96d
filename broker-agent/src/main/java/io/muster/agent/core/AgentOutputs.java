package io.muster.agent.core;

import io.muster.rpc.v1.SessionUp;

/**
 * What the core wants done. Every method returns at once; what comes of it is told to the core as a later input. All but
 * {@link #drained} are called on the core's own thread, from inside its inputs.
 */
public interface AgentOutputs {
    /**
     * Open a session stream to {@code endpoint} ("host:port") and answer with {@link AgentCore#connected} or
     * {@link AgentCore#disconnected}. A stream number is never used twice.
     */
    void connect(long stream, String endpoint);

    /** Close a stream and say nothing more about it. */
    void disconnect(long stream);

    /** Send a message up the stream. A message that cannot be sent ends in {@link AgentCore#disconnected}. */
    void send(long stream, SessionUp message);

    /** Make this call into the application and answer with {@link AgentCore#callbackReturned}. */
    void run(Callback callback);

    /** The feed is silent although the controller is ahead: follow another voter. */
    void reopenFeed(String because);

    /**
     * The last guarded action of a closed ownership has ended: pass it on as {@link AgentCore#drained}. Called from any
     * thread.
     */
    void drained(OwnershipHandle ownership);
}
