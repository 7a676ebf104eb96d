package io.muster.agent.script;

import io.grpc.stub.StreamObserver;
import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.RefusalCode;
import io.muster.rpc.v1.Registered;
import io.muster.rpc.v1.Released;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionRefused;
import io.muster.rpc.v1.SessionServiceGrpc;
import io.muster.rpc.v1.SessionUp;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A controller with one broker, id 1: registers it, unfences it when it asks, confirms every heartbeat, and hands everything
 * to nobody when it wants to stop. Thread-safe.
 */
public final class ScriptedController extends SessionServiceGrpc.SessionServiceImplBase {
    public final List<Released> acks = new CopyOnWriteArrayList<>();
    /** While true, heartbeats are not answered. */
    public volatile boolean silent;
    /** When set, sessions are refused with it. */
    public volatile RefusalCode refusal = RefusalCode.REFUSAL_CODE_UNSPECIFIED;

    private final LogScript log;
    private final ScriptedFeed feed;

    public ScriptedController(LogScript log, ScriptedFeed feed) {
        this.log = log;
        this.feed = feed;
    }

    @Override
    public StreamObserver<SessionUp> session(StreamObserver<SessionDown> down) {
        return new StreamObserver<>() {
            @Override
            public void onNext(SessionUp up) {
                synchronized (feed) {
                    if (up.hasRegister()) {
                        register(up, down);
                    } else if (!silent) {
                        heartbeat(up.getHeartbeat(), down);
                    }
                }
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                down.onCompleted();
            }
        };
    }

    private void register(SessionUp up, StreamObserver<SessionDown> down) {
        if (refusal != RefusalCode.REFUSAL_CODE_UNSPECIFIED) {
            down.onNext(SessionDown.newBuilder()
                    .setRefused(SessionRefused.newBuilder().setCode(refusal).setMessage("refused by the test"))
                    .build());
            down.onCompleted();
            return;
        }
        String incarnation = up.getRegister().getBroker().getIncarnation();
        if (log.image().broker(1).isEmpty()) {
            feed.publish(log.register(1, incarnation));
        }
        down.onNext(SessionDown.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setBrokerEpoch(log.epoch(1))
                        .setControllerEpoch(1)
                        .setHeartbeatIntervalMs(100)
                        .setLeaseMs(1500))
                .build());
    }

    private void heartbeat(Heartbeat heartbeat, StreamObserver<SessionDown> down) {
        BrokerState state = log.image().broker(1).orElseThrow().state();
        if (state == BrokerState.FENCED && heartbeat.getWantsUnfenced()) {
            feed.publish(log.setState(1, BrokerState.UNFENCED));
        }
        acks.addAll(heartbeat.getReleasedList());
        boolean leads = log.image().work(1).leaders() > 0;
        boolean releases = log.image().sets().unsettledCount() > 0;
        if (heartbeat.getWantsToStop() && leads) {
            feed.publish(
                    log.change("orders", edit -> edit.leader(-1).releasing(1), log.state(1, BrokerState.STOPPING)));
        } else if (releases && heartbeat.getReleasedCount() > 0) {
            feed.publish(log.change("orders", edit -> edit.releasing(-1)));
        }
        state = log.image().broker(1).orElseThrow().state();
        down.onNext(SessionDown.newBuilder()
                .setRenewal(LeaseRenewal.newBuilder()
                        .setSequence(heartbeat.getSequence())
                        .setLeaseMs(state == BrokerState.FENCED ? 0 : 1500)
                        .setState(state)
                        .setCommittedOffset(log.image().nextOffset())
                        .setMayStop(heartbeat.getWantsToStop() && !leads && !releases))
                .build());
    }
}
