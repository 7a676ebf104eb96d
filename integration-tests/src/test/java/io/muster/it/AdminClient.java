package io.muster.it;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.muster.error.ErrorCode;
import io.muster.it.history.Outcome;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.AdminServiceGrpc.AdminServiceBlockingStub;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Calls the controller wherever it is, and says honestly what it knows of the outcome: a call that may have reached a
 * controller and was not answered is unknown, even if a later attempt was refused. Not thread-safe.
 */
final class AdminClient implements AutoCloseable {
    private static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("muster-error-code", Metadata.ASCII_STRING_MARSHALLER);
    private static final int ATTEMPTS_MAX = 6;
    private static final long ATTEMPT_MS = 1_500;
    private static final long OVERLOADED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /**
     * How a call ended.
     *
     * @param reply null unless OK
     * @param reached false if nobody who was asked led the quorum and had room for it
     * @param defect what a controller called a defect of its own; empty if none did
     */
    record Answer<R>(Outcome outcome, @Nullable R reply, boolean reached, String defect) {}

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Random random;
    private int preferred;

    AdminClient(List<NodeProcess> voters, Random random) {
        this.random = random;
        for (NodeProcess voter : voters) {
            channels.add(NettyChannelBuilder.forAddress(voter.host(), voter.rpcPort())
                    .usePlaintext()
                    .build());
        }
    }

    /** Tries one voter after the other. Of calls whose outcome is open, every second is tried again. */
    <R> Answer<R> call(Function<AdminServiceBlockingStub, R> call) {
        boolean open = false;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            ManagedChannel channel = channels.get(preferred);
            try {
                R reply = call.apply(
                        AdminServiceGrpc.newBlockingStub(channel).withDeadlineAfter(ATTEMPT_MS, TimeUnit.MILLISECONDS));
                return new Answer<>(Outcome.OK, reply, true, "");
            } catch (StatusRuntimeException e) {
                ErrorCode code = codeOf(e);
                if (code == ErrorCode.INTERNAL) {
                    return new Answer<>(Outcome.UNKNOWN, null, true, String.valueOf(e.getMessage()));
                }
                if (code == ErrorCode.OVERLOADED) {
                    // it was not looked at, so this says nothing of it, nor of an earlier time that it was asked for
                    LockSupport.parkNanos(OVERLOADED_PAUSE_NANOS);
                    continue;
                }
                if (isRefusal(code)) {
                    return new Answer<>(open ? Outcome.UNKNOWN : Outcome.REFUSED, null, true, "");
                }
                boolean reached = code != ErrorCode.NOT_CONTROLLER && !neverConnected(e);
                if (reached && random.nextBoolean()) {
                    return new Answer<>(Outcome.UNKNOWN, null, true, "");
                }
                open |= reached;
                channel.resetConnectBackoff();
                preferred = (preferred + 1) % channels.size();
            }
        }
        return new Answer<>(open ? Outcome.UNKNOWN : Outcome.REFUSED, null, open, "");
    }

    private static boolean isRefusal(@Nullable ErrorCode code) {
        if (code == null) {
            return false;
        }
        return switch (code) {
            case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, STALE_EPOCH, CORRUPT -> true;
            case NOT_CONTROLLER, OVERLOADED, UNKNOWN_OUTCOME, TIMED_OUT, UNAVAILABLE, INTERNAL -> false;
        };
    }

    private static @Nullable ErrorCode codeOf(StatusRuntimeException e) {
        Metadata trailers = e.getTrailers();
        String name = trailers == null ? null : trailers.get(ERROR_CODE);
        return name == null ? null : ErrorCode.valueOf(name);
    }

    private static boolean neverConnected(StatusRuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
