package io.muster.controller.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.muster.controller.BrokerSession;
import io.muster.controller.ControllerUnit;
import io.muster.controller.SessionPeer;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionServiceGrpc;
import io.muster.rpc.v1.SessionUp;
import java.util.function.LongSupplier;

/** Carries broker sessions over gRPC; the rules are {@link BrokerSession}'s. */
public final class SessionService extends SessionServiceGrpc.SessionServiceImplBase {
    private final ControllerUnit unit;
    private final LongSupplier nanoClock;

    /** @param nanoClock the clock that the unit was given */
    public SessionService(ControllerUnit unit, LongSupplier nanoClock) {
        this.unit = unit;
        this.nanoClock = nanoClock;
    }

    @Override
    public StreamObserver<SessionUp> session(StreamObserver<SessionDown> down) {
        Peer peer = new Peer(down);
        BrokerSession session = unit.newSession(peer);
        if (down instanceof ServerCallStreamObserver<SessionDown> call) {
            call.setOnCancelHandler(() -> {});
        }
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionUp message) {
                session.onMessage(message, nanoClock.getAsLong());
            }

            @Override
            public void onError(Throwable cause) {
                session.onClosed(nanoClock.getAsLong());
            }

            @Override
            public void onCompleted() {
                session.onClosed(nanoClock.getAsLong());
                peer.end();
            }
        };
    }

    /** Answers come from several threads; a gRPC stream takes one at a time. */
    private static final class Peer implements SessionPeer {
        private final StreamObserver<SessionDown> down;
        private boolean ended;

        Peer(StreamObserver<SessionDown> down) {
            this.down = down;
        }

        @Override
        public void send(SessionDown message) {
            synchronized (down) {
                boolean mayWait = message.getMessageCase() != SessionDown.MessageCase.RENEWAL;
                if (!ended && !isCancelled() && (mayWait || isReady())) {
                    down.onNext(message);
                }
            }
        }

        @Override
        public void end() {
            synchronized (down) {
                if (!ended) {
                    ended = true;
                    if (!isCancelled()) {
                        down.onCompleted();
                    }
                }
            }
        }

        /** A renewal that its broker does not read grants nothing, so it is dropped and not kept. */
        private boolean isReady() {
            return !(down instanceof ServerCallStreamObserver<SessionDown> call) || call.isReady();
        }

        private boolean isCancelled() {
            return down instanceof ServerCallStreamObserver<SessionDown> call && call.isCancelled();
        }
    }
}
