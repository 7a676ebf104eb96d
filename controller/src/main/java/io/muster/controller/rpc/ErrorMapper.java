package io.muster.controller.rpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.muster.controller.Errors;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;

/** The one mapping of Muster's errors to gRPC. Stateless. */
public final class ErrorMapper {
    /** Trailer that carries the {@link ErrorCode}'s name. */
    public static final Metadata.Key<String> ERROR_CODE =
            Metadata.Key.of("muster-error-code", Metadata.ASCII_STRING_MARSHALLER);
    /** Trailer that carries where the controller is, "host:port". */
    public static final Metadata.Key<String> CONTROLLER =
            Metadata.Key.of("muster-controller", Metadata.ASCII_STRING_MARSHALLER);

    private ErrorMapper() {}

    /**
     * What a caller is told.
     *
     * @param controller where the controller is; empty when not known
     */
    public static StatusRuntimeException toStatus(Throwable error, String controller) {
        MusterException e = Errors.of(error);
        Metadata trailers = new Metadata();
        trailers.put(ERROR_CODE, e.code().name());
        if (e.code() == ErrorCode.NOT_CONTROLLER && !controller.isEmpty()) {
            trailers.put(CONTROLLER, controller);
        }
        return status(e.code()).withDescription(e.getMessage()).asRuntimeException(trailers);
    }

    private static Status status(ErrorCode code) {
        return switch (code) {
            case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT;
            case NOT_FOUND -> Status.NOT_FOUND;
            case ALREADY_EXISTS -> Status.ALREADY_EXISTS;
            case FAILED_PRECONDITION, NOT_CONTROLLER -> Status.FAILED_PRECONDITION;
            case OVERLOADED -> Status.RESOURCE_EXHAUSTED;
            case UNKNOWN_OUTCOME -> Status.UNKNOWN;
            case TIMED_OUT -> Status.DEADLINE_EXCEEDED;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case STALE_EPOCH -> Status.ABORTED;
            case CORRUPT -> Status.DATA_LOSS;
            case INTERNAL -> Status.INTERNAL;
        };
    }
}
