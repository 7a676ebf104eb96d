package io.muster.controller.rpc;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.muster.controller.liveness.DeathProbe;
import io.muster.controller.liveness.ProbeResult;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks for proof of death at a broker's own port. A refused connection is proof: the broker's host runs and says that
 * nobody listens, and a broker listens from before its first lease until after its last. Another incarnation of the same
 * node of the same cluster is proof as well. A timeout, an unreachable host or a name that cannot be resolved is none.
 * Thread-safe; blocks only threads of its own.
 */
public final class TcpDeathProbe implements DeathProbe, AutoCloseable {
    private static final int THREADS = 16;
    private static final int MAX_QUEUED = 1024;

    private final String clusterId;
    private final int timeoutMs;
    private final ExecutorService threads;

    /** @param timeoutMs how long a connection, and then an answer, may take */
    public TcpDeathProbe(String clusterId, int timeoutMs) {
        this.clusterId = clusterId;
        this.timeoutMs = timeoutMs;
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_QUEUED), task -> {
                    Thread thread = new Thread(task, "muster-probe");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    @Override
    public CompletionStage<ProbeResult> probe(String host, int port, String incarnation) {
        CompletableFuture<ProbeResult> result = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    connect(host, port, incarnation, result);
                } catch (RuntimeException e) {
                    result.complete(ProbeResult.noProof(e.toString()));
                }
            });
        } catch (RejectedExecutionException busy) {
            result.complete(ProbeResult.noProof("too many probes are under way"));
        }
        return result;
    }

    private void connect(String host, int port, String incarnation, CompletableFuture<ProbeResult> result) {
        try (Socket socket = new Socket()) {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                result.complete(ProbeResult.noProof(host + " cannot be resolved"));
                return;
            }
            socket.connect(address, timeoutMs);
        } catch (ConnectException e) {
            boolean refused = String.valueOf(e.getMessage()).contains("refused");
            result.complete(
                    refused
                            ? ProbeResult.gone("Its host refuses connections to " + host + ":" + port + ".")
                            : ProbeResult.noProof(String.valueOf(e.getMessage())));
            return;
        } catch (IOException e) {
            result.complete(ProbeResult.noProof(String.valueOf(e.getMessage())));
            return;
        } catch (RuntimeException e) {
            result.complete(ProbeResult.noProof(e.toString()));
            return;
        }
        ask(host, port, incarnation, result);
    }

    private void ask(String host, int port, String incarnation, CompletableFuture<ProbeResult> result) {
        ManagedChannel channel = Grpc.newChannelBuilderForAddress(host, port, InsecureChannelCredentials.create())
                .build();
        CompletionStage<ProbeResult> answered = result;
        answered.whenComplete((r, e) -> channel.shutdownNow());
        NodeServiceGrpc.newStub(channel)
                .withDeadlineAfter(timeoutMs, TimeUnit.MILLISECONDS)
                .describeNode(DescribeNodeRequest.getDefaultInstance(), new StreamObserver<>() {
                    @Override
                    public void onNext(DescribeNodeReply reply) {
                        result.complete(judge(reply, incarnation));
                    }

                    @Override
                    public void onError(Throwable error) {
                        result.complete(ProbeResult.noProof("it does not say who it is: " + error.getMessage()));
                    }

                    @Override
                    public void onCompleted() {
                        result.complete(ProbeResult.noProof("it does not say who it is"));
                    }
                });
    }

    private ProbeResult judge(DescribeNodeReply reply, String incarnation) {
        if (!reply.getClusterId().equals(clusterId) || reply.getIncarnation().isEmpty()) {
            return ProbeResult.noProof("another cluster's node answers");
        }
        return reply.getIncarnation().equals(incarnation)
                ? ProbeResult.noProof("it answers")
                : ProbeResult.gone("Another incarnation, " + reply.getIncarnation() + ", answers at its address.");
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
