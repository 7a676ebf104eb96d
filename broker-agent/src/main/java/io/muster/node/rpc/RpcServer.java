package io.muster.node.rpc;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.muster.controller.rpc.RpcLimits;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.rpc.v1.SessionServiceGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's gRPC server, with the standard health service next to the node's own. Thread-safe.
 *
 * <p>Its port is what the controller probes for proof of death: open before the first lease, closed after the last guard.
 */
public final class RpcServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RpcServer.class);
    private static final int METADATA_BYTES_MAX = 16 << 10;
    private static final long CLOSE_MS_MAX = 500;

    private final Server server;
    private final ExecutorService executor;
    private final HealthStatusManager health = new HealthStatusManager();

    private RpcServer(InetSocketAddress address, List<BindableService> services) {
        AtomicInteger count = new AtomicInteger();
        executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "muster-rpc-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .executor(executor)
                .callExecutor(new Inline())
                .maxInboundMessageSize(RpcLimits.MAX_INBOUND_BYTES)
                .maxInboundMetadataSize(METADATA_BYTES_MAX)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(5, TimeUnit.SECONDS)
                .addService(health.getHealthService());
        services.forEach(builder::addService);
        server = builder.build();
    }

    /**
     * Sessions are served on the thread that read the message: thousands of heartbeats a second would each wake another thread
     * otherwise, and what a session does with one never waits. All else may take its time on a thread of its own.
     */
    private static final class Inline implements ServerCallExecutorSupplier {
        @Override
        public <Q, A> @Nullable Executor getExecutor(ServerCall<Q, A> call, Metadata metadata) {
            String service = call.getMethodDescriptor().getServiceName();
            return SessionServiceGrpc.SERVICE_NAME.equals(service) ? Runnable::run : null;
        }
    }

    /**
     * Opens the port and serves.
     *
     * @throws MusterException UNAVAILABLE if the port cannot be opened
     */
    public static RpcServer open(InetSocketAddress address, List<BindableService> services) {
        RpcServer rpc = new RpcServer(address, services);
        try {
            rpc.server.start();
            return rpc;
        } catch (IOException e) {
            rpc.executor.shutdownNow();
            Throwable root = e.getCause() == null ? e : e.getCause();
            throw new MusterException(
                    ErrorCode.UNAVAILABLE,
                    "Cannot listen on listener " + address.getHostString() + ":" + address.getPort() + ": "
                            + root.getMessage() + ". Stop the process that has the port, or choose another.",
                    e);
        }
    }

    /** The port in use. */
    public int port() {
        return server.getPort();
    }

    /** What the gRPC health service says of the whole node. */
    public void serving(boolean ready) {
        health.setStatus(
                HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
                ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    }

    /** Ends every call and closes the port. Idempotent. */
    @Override
    public void close() {
        health.enterTerminalState();
        server.shutdownNow();
        try {
            if (!server.awaitTermination(CLOSE_MS_MAX, TimeUnit.MILLISECONDS)) {
                LOG.info("Calls are still ending; the gRPC port {} is closed", server.getPort());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdown();
    }
}
