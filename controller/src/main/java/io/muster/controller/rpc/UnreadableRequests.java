package io.muster.controller.rpc;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.muster.error.ErrorCode;

/**
 * Refuses bytes that are no request, with a sentence. gRPC alone answers UNKNOWN to them, which reads as if something may have
 * been done. Thread-safe.
 */
public final class UnreadableRequests implements ServerInterceptor {
    private UnreadableRequests() {}

    /** The service behind this check; for services whose calls take one request each. */
    public static BindableService refusedBefore(BindableService service) {
        return () -> ServerInterceptors.intercept(
                ServerInterceptors.useInputStreamMessages(service.bindService()), new UnreadableRequests());
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private boolean refused;

            @Override
            public void onMessage(Q message) {
                try {
                    super.onMessage(message);
                } catch (StatusRuntimeException unreadable) {
                    refused = true;
                    Metadata trailers = new Metadata();
                    trailers.put(ErrorMapper.ERROR_CODE, ErrorCode.INVALID_ARGUMENT.name());
                    call.close(
                            Status.INVALID_ARGUMENT.withDescription("The request cannot be read: it is no protobuf of "
                                    + call.getMethodDescriptor().getFullMethodName()
                                    + ", or a text in it is not UTF-8."),
                            trailers);
                }
            }

            @Override
            public void onHalfClose() {
                if (!refused) {
                    super.onHalfClose();
                }
            }
        };
    }
}
