package io.muster.cli.cluster;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One plain-text channel per address, opened when first needed. Not thread-safe. */
final class Channels implements AutoCloseable {
    /** An answer of a million partitions fits. */
    private static final int MAX_REPLY_BYTES = 512 * 1024 * 1024;

    private final Map<HostPort, ManagedChannel> open = new LinkedHashMap<>();

    ManagedChannel to(HostPort address) {
        ManagedChannel channel = open.computeIfAbsent(
                address,
                a -> ManagedChannelBuilder.forAddress(a.host(), a.port())
                        .usePlaintext()
                        .maxInboundMessageSize(MAX_REPLY_BYTES)
                        .disableRetry()
                        .build());
        channel.resetConnectBackoff();
        return channel;
    }

    @Override
    public void close() {
        open.values().forEach(ManagedChannel::shutdownNow);
        try {
            for (ManagedChannel channel : open.values()) {
                channel.awaitTermination(200, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
