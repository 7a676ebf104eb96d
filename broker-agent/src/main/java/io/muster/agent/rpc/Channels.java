package io.muster.agent.rpc;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Opens channels. Each stream has a channel of its own, closed with it: a shared one would wait out gRPC's own back-off after
 * a failed attempt, and the pauses are the agent's to choose. Thread-safe.
 */
public interface Channels {
    /** A channel to "host:port" that runs its callbacks on {@code executor}. */
    ManagedChannel open(String endpoint, Executor executor);

    /** Most bytes of one message that is received. A piece of the feed holds at most one log entry and its frame. */
    int MAX_MESSAGE_BYTES = 16 << 20;

    /** Plain-text TCP. */
    static Channels plain() {
        return (endpoint, executor) -> Grpc.newChannelBuilder(endpoint, InsecureChannelCredentials.create())
                .executor(executor)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                // gRPC allows no less than 10 s; what must be noticed sooner is noticed by missing answers.
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(3, TimeUnit.SECONDS)
                .disableRetry()
                .build();
    }
}
