package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.FenceBroker;
import io.muster.controller.decide.RegisterBroker;
import io.muster.controller.decide.StopBroker;
import io.muster.controller.decide.UnfenceBroker;
import io.muster.controller.liveness.Renewal;
import io.muster.controller.liveness.RenewalSink;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.CauseKind;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.RefusalCode;
import io.muster.rpc.v1.Register;
import io.muster.rpc.v1.Registered;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionRefused;
import io.muster.rpc.v1.SessionUp;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The controller's end of one broker's stream, whatever carries it. {@link #onMessage} and {@link #onClosed} come one at a
 * time; answers go out from other threads.
 *
 * <p>A heartbeat first goes to liveness, at once and whatever else it says; then what it asks for becomes a command: at most
 * one for the broker's state is under way, reports go in order.
 */
public final class BrokerSession implements RenewalSink {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerSession.class);

    private final Sessions shared;
    private final SessionPeer peer;
    private final AtomicBoolean stateChangeUnderWay = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();
    private boolean registering;
    private int broker = -1;
    private String incarnation = "";
    private volatile long epoch = -1;
    private volatile @Nullable Reports reports;
    private volatile boolean wantsToStop;
    private volatile boolean mayStop;

    BrokerSession(Sessions shared, SessionPeer peer) {
        this.shared = shared;
        this.peer = peer;
    }

    /**
     * A message came.
     *
     * @param nowNs when
     */
    public void onMessage(SessionUp message, long nowNs) {
        switch (message.getMessageCase()) {
            case REGISTER -> register(message.getRegister(), nowNs);
            case HEARTBEAT -> heartbeat(message.getHeartbeat(), nowNs);
            case MESSAGE_NOT_SET ->
                refuse(RefusalCode.BAD_REQUEST, "The message is empty or of a newer version of Muster.");
        }
    }

    /** The stream is gone. */
    public void onClosed(long nowNs) {
        over.set(true);
        long e = epoch;
        if (e >= 0) {
            shared.liveness().closeSession(broker, e, this, nowNs);
            // It need not have been told: its own image may have shown it that it is done.
            if (mayStop || (wantsToStop && shared.liveness().hasStopped(broker))) {
                changeState(new FenceBroker(broker, e, CauseKind.GRACEFUL_STOP, "It has stopped as it asked to."));
            }
        }
    }

    // ---- registration

    private void register(Register register, long nowNs) {
        BrokerRecord record = register.getBroker();
        if (registering) {
            refuse(RefusalCode.BAD_REQUEST, "A session registers once; open another stream.");
            return;
        }
        registering = true;
        broker = record.getBrokerId();
        incarnation = record.getIncarnation();
        if (!shared.unit().isActive()) {
            refuse(RefusalCode.NOT_CONTROLLER, "This node does not lead the quorum.");
        } else if (!register.getClusterId().equals(shared.clusterId())) {
            refuse(
                    RefusalCode.WRONG_CLUSTER,
                    "Broker " + broker + " belongs to cluster " + register.getClusterId() + " and this is cluster "
                            + shared.clusterId() + "; check its controller.quorum.bootstrap.servers and its log.dir.");
        } else {
            boolean oldHasSession = shared.liveness().hasSession(broker, nowNs);
            shared.submitter()
                    .submit(new RegisterBroker(
                            record,
                            oldHasSession,
                            shared.settings().flapping(),
                            register.getDiedLeadingList(),
                            shared.settings().parking()))
                    .whenComplete((newEpoch, error) -> {
                        if (error != null) {
                            MusterException e = Errors.of(error);
                            refuse(Refusals.code(e.code()), String.valueOf(e.getMessage()));
                        } else {
                            registered(newEpoch, nowNs);
                        }
                    });
        }
    }

    private void registered(long newEpoch, long arrivalNs) {
        if (over.get()) {
            return;
        }
        reports = new Reports(broker, newEpoch, shared.settings().parking(), shared.submitter());
        epoch = newEpoch;
        if (!shared.liveness().openSession(broker, newEpoch, this, arrivalNs)) {
            refuse(RefusalCode.STALE_EPOCH, "Broker " + broker + " was registered anew in the meantime.");
            return;
        }
        if (over.get()) {
            shared.liveness().closeSession(broker, newEpoch, this, arrivalNs);
            return;
        }
        LOG.info("Broker {} epoch {} has a session, incarnation {}.", broker, newEpoch, incarnation);
        send(SessionDown.newBuilder()
                .setRegistered(Registered.newBuilder()
                        .setBrokerEpoch(newEpoch)
                        .setControllerEpoch(shared.unit().epoch())
                        .setHeartbeatIntervalMs(shared.settings().heartbeatIntervalMs())
                        .setLeaseMs(shared.settings().leaseMs()))
                .build());
    }

    // ---- heartbeats

    private void heartbeat(Heartbeat heartbeat, long nowNs) {
        long e = epoch;
        Reports r = reports;
        if (over.get()) {
            return;
        }
        if (e < 0 || r == null) {
            refuse(RefusalCode.BAD_REQUEST, "A heartbeat came before the registration was answered.");
            return;
        }
        wantsToStop = heartbeat.getWantsToStop();
        if (heartbeat.getBrokerEpoch() != e
                || !shared.liveness()
                        .heartbeat(broker, e, this, heartbeat.getSequence(), heartbeat.getAppliedOffset(), nowNs)) {
            refuse(
                    RefusalCode.STALE_EPOCH,
                    "Epoch " + heartbeat.getBrokerEpoch() + " of broker " + broker
                            + " is not its present one; register again.");
            return;
        }
        boolean room = r.ready(heartbeat.getBecameReadyList(), heartbeat.getBecameUnreadyList())
                && r.released(heartbeat.getReleasedList())
                && r.leads(heartbeat.getFailedLeadsList(), heartbeat.getLedList());
        r.bring();
        if (!room) {
            refuse(RefusalCode.OVERLOADED, "Too many reports of broker " + broker + " wait for the controller.");
            return;
        }
        wishes(heartbeat, e);
    }

    /** What the heartbeat asks for the broker's state. */
    private void wishes(Heartbeat heartbeat, long e) {
        BrokerState state = shared.liveness().state(broker);
        String unhealthyReason = heartbeat.getUnhealthyReason();
        boolean healthy = unhealthyReason.isEmpty();
        // Liveness judges: whether too many say so at once is seen only there.
        shared.liveness().health(broker, e, unhealthyReason);
        if (state == BrokerState.FENCED) {
            if (heartbeat.getWantsUnfenced()
                    && healthy
                    && !wantsToStop
                    && heartbeat.getAppliedOffset() > e
                    && shared.liveness().isCaughtUp(broker, e, heartbeat.getAppliedOffset())) {
                changeState(new UnfenceBroker(broker, e, "It is caught up and its application is ready."));
            }
        } else if (wantsToStop
                && (state == BrokerState.UNFENCED
                        || shared.unit().image().work(broker).leaders() > 0)) {
            changeState(new StopBroker(broker, e));
        }
    }

    private void changeState(Command<Boolean> command) {
        if (!stateChangeUnderWay.compareAndSet(false, true)) {
            return;
        }
        shared.submitter().submit(command).whenComplete((done, error) -> {
            stateChangeUnderWay.set(false);
            if (error != null) {
                LOG.debug(
                        "Broker {} epoch {}: {} came to nothing: {}",
                        broker,
                        epoch,
                        command.name(),
                        error.getMessage());
            }
        });
    }

    // ---- answers

    @Override
    public void renewed(Renewal renewal) {
        mayStop = wantsToStop && renewal.nothingLeft();
        send(SessionDown.newBuilder()
                .setRenewal(LeaseRenewal.newBuilder()
                        .setSequence(renewal.sequence())
                        .setLeaseMs(renewal.leaseMs())
                        .setState(renewal.state())
                        .setCommittedOffset(renewal.committedOffset())
                        .setMayStop(mayStop))
                .build());
    }

    @Override
    public void ended(RefusalCode code, String sentence) {
        refuse(code, sentence);
    }

    private void refuse(RefusalCode code, String sentence) {
        if (over.compareAndSet(false, true)) {
            // brokers that look for the controller ask every voter, again and again
            LOG.atLevel(code == RefusalCode.NOT_CONTROLLER ? Level.DEBUG : Level.INFO)
                    .log("The session of broker {} is refused or ends, because of {}: {}", broker, code, sentence);
            peer.send(SessionDown.newBuilder()
                    .setRefused(SessionRefused.newBuilder()
                            .setCode(code)
                            .setMessage(sentence)
                            .setController(
                                    code == RefusalCode.NOT_CONTROLLER
                                            ? shared.unit().controllerEndpoint()
                                            : ""))
                    .build());
            peer.end();
        }
    }

    private void send(SessionDown message) {
        if (!over.get()) {
            peer.send(message);
        }
    }
}
