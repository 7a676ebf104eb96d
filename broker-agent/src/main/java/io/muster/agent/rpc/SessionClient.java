package io.muster.agent.rpc;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionServiceGrpc;
import io.muster.rpc.v1.SessionUp;
import org.jspecify.annotations.Nullable;

/**
 * The session stream over gRPC, one at a time. Whom to call and when is the core's decision. Its methods are called from one
 * thread, its events come from gRPC's.
 */
public final class SessionClient implements AutoCloseable {
    /** What happened to a stream. Called from gRPC threads; must return at once. */
    public interface Events {
        void connected(long stream);

        void disconnected(long stream, String because);

        void received(long stream, SessionDown message);
    }

    private final Channels channels;
    private final Events events;
    private @Nullable Stream current;

    public SessionClient(Channels channels, Events events) {
        this.channels = channels;
        this.events = events;
    }

    /** Opens a stream and gives up the one before. */
    public void connect(long stream, String endpoint) {
        close();
        Stream opened = new Stream(stream, endpoint);
        current = opened;
        opened.open();
    }

    /** Closes the stream; no event of it follows that the core would still listen to. */
    public void disconnect(long stream) {
        if (current != null && current.number == stream) {
            close();
        }
    }

    /** Sends up the stream, if it is still the current one. */
    public void send(long stream, SessionUp message) {
        if (current != null && current.number == stream) {
            current.send(message);
        }
    }

    @Override
    public void close() {
        if (current != null) {
            current.end();
            current = null;
        }
    }

    private final class Stream implements ClientResponseObserver<SessionUp, SessionDown> {
        private final long number;
        private final String endpoint;
        private @Nullable ManagedChannel channel;
        private volatile @Nullable ClientCallStreamObserver<SessionUp> up;
        private volatile boolean announced;

        Stream(long number, String endpoint) {
            this.number = number;
            this.endpoint = endpoint;
        }

        void open() {
            try {
                // Events only enter a queue, so they may run on gRPC's own threads.
                ManagedChannel opened = channels.open(endpoint, Runnable::run);
                channel = opened;
                var unused = SessionServiceGrpc.newStub(opened).session(this);
            } catch (RuntimeException e) {
                events.disconnected(number, "cannot connect to " + endpoint + ": " + e.getMessage());
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SessionUp> requests) {
            up = requests;
            requests.setOnReadyHandler(() -> {
                if (!announced) {
                    announced = true;
                    events.connected(number);
                }
            });
        }

        void send(SessionUp message) {
            ClientCallStreamObserver<SessionUp> requests = up;
            if (requests == null) {
                return;
            }
            try {
                requests.onNext(message);
            } catch (RuntimeException e) {
                events.disconnected(number, "cannot send to " + endpoint + ": " + e.getMessage());
            }
        }

        @Override
        public void onNext(SessionDown message) {
            events.received(number, message);
        }

        @Override
        public void onError(Throwable failure) {
            events.disconnected(number, RpcFailure.describe(endpoint, failure));
        }

        @Override
        public void onCompleted() {
            events.disconnected(number, endpoint + " closed the session");
        }

        /** An open stream is half-closed, so that what was sent last still arrives; an attempt is broken off. */
        void end() {
            ManagedChannel opened = channel;
            ClientCallStreamObserver<SessionUp> requests = up;
            if (opened == null) {
                return;
            }
            if (!announced || requests == null) {
                opened.shutdownNow();
                return;
            }
            try {
                requests.onCompleted();
                opened.shutdown();
            } catch (RuntimeException e) {
                opened.shutdownNow(); // the call has ended already
            }
        }
    }
}
