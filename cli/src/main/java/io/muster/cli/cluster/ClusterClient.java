package io.muster.cli.cluster;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.muster.cli.Times;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks the controller, wherever it is. Starts from any node, follows what nodes say about the controller, waits out an
 * election, and gives up at its deadline. A call may be repeated, so a change must carry a request id. Not thread-safe.
 */
public final class ClusterClient implements AutoCloseable {
    private static final long PAUSE_MS = 100;
    private static final long DESCRIBE_MS = 2_000;

    private final List<HostPort> bootstrap;
    private final Duration timeout;
    private final Channels channels = new Channels();
    private final Map<HostPort, String> failures = new LinkedHashMap<>();
    private long deadlineNanos;
    private boolean everAnswered;
    private @Nullable HostPort controller;

    /**
     * @param bootstrap addresses of nodes to begin with
     * @param timeout how long one {@link #ask} may take, elections included
     */
    public ClusterClient(List<HostPort> bootstrap, Duration timeout) {
        this.bootstrap = List.copyOf(bootstrap);
        this.timeout = timeout;
    }

    /**
     * Makes a call to the controller.
     *
     * @throws MusterException UNAVAILABLE if no node can be reached, NOT_CONTROLLER if nodes answer but know no controller,
     *     TIMED_OUT if the controller does not answer in time, otherwise the controller's own refusal
     */
    public <T> T ask(Function<AdminServiceBlockingStub, T> call) {
        deadlineNanos = System.nanoTime() + timeout.toNanos();
        everAnswered = false;
        failures.clear();
        while (true) {
            HostPort target = controller == null ? find() : controller;
            if (target == null) {
                pauseOrGiveUp();
                continue;
            }
            ManagedChannel channel = channels.to(target);
            try {
                T reply = call.apply(AdminServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(Math.max(1, leftMs()), TimeUnit.MILLISECONDS));
                controller = target;
                return reply;
            } catch (StatusRuntimeException e) {
                retryOrThrow(target, channel, e);
            }
        }
    }

    /**
     * Makes a call whose answer comes in pieces, and hands each on as it comes. Looks for the controller as {@link #ask} does,
     * but only until the first piece is there: a later failure ends it.
     *
     * @throws MusterException as {@link #ask}, and with what was missing when the answer broke off
     */
    public <T> void stream(Function<AdminServiceBlockingStub, Iterator<T>> call, Consumer<T> out) {
        Iterator<T> pieces = ask(admin -> {
            Iterator<T> answer = call.apply(admin);
            var unused = answer.hasNext(); // waits for the first piece, or the refusal
            return answer;
        });
        try {
            pieces.forEachRemaining(out);
        } catch (StatusRuntimeException e) {
            throw new MusterException(
                    CallFailure.codeOf(e),
                    "The answer broke off and is not whole: "
                            + (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED
                                    ? "it did not end within " + Times.words(timeout) + "; try a longer --timeout."
                                    : CallFailure.description(e.getStatus())),
                    e);
        }
    }

    private void retryOrThrow(HostPort target, ManagedChannel channel, StatusRuntimeException e) {
        if (CallFailure.isNotController(e)) {
            everAnswered = true;
            HostPort next = CallFailure.controller(e).orElse(null);
            controller = target.equals(next) ? null : next;
            failures.put(target, "it is not the controller");
            if (controller == null) {
                pauseOrGiveUp();
            } else if (leftMs() <= 0) {
                throw giveUp();
            }
        } else if (CallFailure.codeOf(e) == ErrorCode.UNKNOWN_OUTCOME && leftMs() > PAUSE_MS) {
            // the request id makes the repetition safe: what was done is answered from the log
            everAnswered = true;
            controller = null;
            failures.put(target, CallFailure.description(e.getStatus()));
            pauseOrGiveUp();
        } else if (CallFailure.isUnreachable(e, channel)) {
            controller = null;
            failures.put(target, CallFailure.why(e, channel));
            pauseOrGiveUp();
        } else if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED && !CallFailure.isAnswer(e)) {
            throw new MusterException(
                    ErrorCode.TIMED_OUT,
                    "The controller at " + target + " did not answer within " + Times.words(timeout)
                            + ". It may be unable to reach a majority of the voters: look at its log, or try a longer --timeout.",
                    e);
        } else {
            throw new MusterException(CallFailure.codeOf(e), CallFailure.description(e.getStatus()), e);
        }
    }

    /** Asks the bootstrap nodes where the controller is; null if none can say. */
    private @Nullable HostPort find() {
        for (HostPort node : bootstrap) {
            ManagedChannel channel = channels.to(node);
            try {
                long limitMs = Math.max(1, Math.min(DESCRIBE_MS, leftMs()));
                DescribeNodeReply reply = NodeServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(limitMs, TimeUnit.MILLISECONDS)
                        .describeNode(DescribeNodeRequest.getDefaultInstance());
                everAnswered = true;
                if (reply.getControllerId() >= 0 && reply.getControllerId() == reply.getNodeId()) {
                    return node;
                }
                if (!reply.getController().isBlank()) {
                    return HostPort.parse(reply.getController());
                }
                failures.put(node, "node " + reply.getNodeId() + " knows no controller");
            } catch (StatusRuntimeException e) {
                failures.put(node, CallFailure.why(e, channel));
            }
        }
        if (!everAnswered) {
            throw giveUp();
        }
        return null;
    }

    private long leftMs() {
        return (deadlineNanos - System.nanoTime()) / 1_000_000;
    }

    private void pauseOrGiveUp() {
        if (leftMs() <= PAUSE_MS) {
            throw giveUp();
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MusterException(ErrorCode.TIMED_OUT, "Interrupted while looking for the controller.", e);
        }
    }

    private MusterException giveUp() {
        String tried = failures.entrySet().stream()
                .map(e -> e.getKey() + ": " + e.getValue())
                .collect(Collectors.joining("; "));
        return everAnswered
                ? new MusterException(
                        ErrorCode.NOT_CONTROLLER,
                        "The cluster had no controller within " + Times.words(timeout) + " (" + tried
                                + "). Check that a majority of the voters is running and that they reach each other.")
                : new MusterException(
                        ErrorCode.UNAVAILABLE,
                        "Cannot connect to " + tried
                                + ". Give --bootstrap the address of a running node (its 'listener').");
    }

    @Override
    public void close() {
        channels.close();
    }
}
