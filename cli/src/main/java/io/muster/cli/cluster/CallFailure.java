package io.muster.cli.cluster;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.muster.error.ErrorCode;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads a failed call: what it says about the node that was asked, in words and as an {@link ErrorCode}. Stateless. */
final class CallFailure {
    /** Where the controller is, said by a node that is not: "host:port", or empty when it does not know. */
    private static final Metadata.Key<String> CONTROLLER =
            Metadata.Key.of("muster-controller", Metadata.ASCII_STRING_MARSHALLER);

    private CallFailure() {}

    /** Muster's own code of the error, by name. */
    private static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("muster-error-code", Metadata.ASCII_STRING_MARSHALLER);

    /** True if the node that was asked says that it is not the controller. */
    static boolean isNotController(StatusRuntimeException e) {
        return codeOf(e) == ErrorCode.NOT_CONTROLLER || trailer(e, CONTROLLER) != null;
    }

    /** Where it says the controller is; empty when it does not know. */
    static Optional<HostPort> controller(StatusRuntimeException e) {
        String address = trailer(e, CONTROLLER);
        try {
            return address == null || address.isBlank() ? Optional.empty() : Optional.of(HostPort.parse(address));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static @Nullable String trailer(StatusRuntimeException e, Metadata.Key<String> key) {
        Metadata trailers = e.getTrailers();
        return trailers == null ? null : trailers.get(key);
    }

    /** True if Muster itself refused: the words are for the operator as they are. */
    static boolean isAnswer(StatusRuntimeException e) {
        return trailer(e, ERROR_CODE) != null;
    }

    /** True if the failure is about reaching the node, not about the request. */
    static boolean isUnreachable(StatusRuntimeException e, ManagedChannel channel) {
        if (isAnswer(e)) {
            return false;
        }
        return switch (e.getStatus().getCode()) {
            case UNAVAILABLE -> true;
            case DEADLINE_EXCEEDED -> channel.getState(false) != ConnectivityState.READY;
            default -> false;
        };
    }

    /** True if what answers there is no Muster node. */
    static boolean isStranger(StatusRuntimeException e) {
        Status status = e.getStatus();
        String description = description(status);
        return switch (status.getCode()) {
            case UNIMPLEMENTED -> true;
            case UNAVAILABLE, UNKNOWN, INTERNAL ->
                description.contains("HTTP") || description.contains("http2") || description.contains("SETTINGS");
            default -> false;
        };
    }

    /** Why an address cannot be used, as the end of "127.0.0.1:9090: ...". */
    static String why(StatusRuntimeException e, ManagedChannel channel) {
        if (isStranger(e)) {
            return "what listens there is not a Muster node";
        }
        Throwable root = rootOf(e);
        if (root instanceof UnknownHostException) {
            return "no such host";
        }
        if (root instanceof ConnectException) {
            String message = String.valueOf(root.getMessage());
            return message.contains("refused") ? "nobody listens there" : message;
        }
        if (e.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
            return isUnreachable(e, channel)
                    ? "it does not answer as a Muster node does"
                    : "it is connected, but does not answer";
        }
        String description = description(e.getStatus());
        return description.contains("Network closed") || description.contains("Connection closed")
                ? "it closed the connection without an answer: it is not a Muster node, or it is stopping"
                : description;
    }

    private static Throwable rootOf(Throwable e) {
        Throwable root = e;
        for (@Nullable Throwable t = e; t != null; t = t.getCause()) {
            root = t;
            if (t instanceof ConnectException || t instanceof UnknownHostException) {
                break;
            }
        }
        return root;
    }

    static String description(Status status) {
        String description = status.getDescription();
        return description == null || description.isBlank()
                ? "it failed with " + status.getCode() + " and no words"
                : description;
    }

    /** What kind of error the refusal is. */
    static ErrorCode codeOf(StatusRuntimeException e) {
        String name = trailer(e, ERROR_CODE);
        if (name != null) {
            for (ErrorCode code : ErrorCode.values()) {
                if (code.name().equals(name)) {
                    return code;
                }
            }
        }
        return switch (e.getStatus().getCode()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE -> ErrorCode.INVALID_ARGUMENT;
            case NOT_FOUND -> ErrorCode.NOT_FOUND;
            case ALREADY_EXISTS -> ErrorCode.ALREADY_EXISTS;
            case RESOURCE_EXHAUSTED -> ErrorCode.OVERLOADED;
            case DEADLINE_EXCEEDED, CANCELLED -> ErrorCode.TIMED_OUT;
            case UNAVAILABLE -> ErrorCode.UNAVAILABLE;
            case DATA_LOSS -> ErrorCode.CORRUPT;
            default -> ErrorCode.FAILED_PRECONDITION;
        };
    }
}
