package io.muster.node.rpc;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks other nodes who they are. Each question has a connection of its own: they are rare. Thread-safe. */
public final class NodeClient {
    private static final Logger LOG = LoggerFactory.getLogger(NodeClient.class);

    private NodeClient() {}

    /** What the node at {@code host:port} says of itself, or empty if it does not answer in time. Blocks. */
    public static Optional<DescribeNodeReply> describe(String host, int port, long timeoutMs) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(new InetSocketAddress(host, port))
                .usePlaintext()
                .build();
        try {
            return Optional.of(NodeServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(timeoutMs, TimeUnit.MILLISECONDS)
                    .describeNode(DescribeNodeRequest.getDefaultInstance()));
        } catch (StatusRuntimeException e) {
            LOG.debug("{}:{} does not say who it is: {}", host, port, e.getStatus());
            return Optional.empty();
        } finally {
            channel.shutdownNow();
        }
    }
}
