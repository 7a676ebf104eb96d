package io.muster.testkit.sim;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.FenceBroker;
import io.muster.controller.decide.RegisterBroker;
import io.muster.controller.decide.ReportReady;
import io.muster.controller.decide.ReportReleased;
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
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** The controller's end of one session stream: what the gRPC service does, without gRPC. */
final class SimSession implements RenewalSink {
    private final SimVoter voter;
    private final Channel channel;
    private final Consumer<SessionDown> toBroker;
    private final SimCluster cluster;
    private final Set<String> underWay = new HashSet<>();
    private int broker = -1;
    private long epoch = -1;
    private boolean over;

    SimSession(SimCluster cluster, SimVoter voter, Channel channel, Consumer<SessionDown> toBroker) {
        this.cluster = cluster;
        this.voter = voter;
        this.channel = channel;
        this.toBroker = toBroker;
    }

    void received(SessionUp message) {
        if (over) {
            return;
        }
        switch (message.getMessageCase()) {
            case REGISTER -> register(message.getRegister());
            case HEARTBEAT -> heartbeat(message.getHeartbeat());
            case MESSAGE_NOT_SET -> refuse(RefusalCode.BAD_REQUEST, "an empty message");
        }
    }

    /** The stream is gone. */
    void broken() {
        over = true;
        if (epoch >= 0) {
            voter.liveness().closeSession(broker, epoch, this, voter.nowNs());
        }
    }

    private void register(Register register) {
        BrokerRecord record = register.getBroker();
        if (!voter.isController()) {
            refuse(RefusalCode.NOT_CONTROLLER, "this node does not lead");
            return;
        }
        if (!register.getClusterId().equals(cluster.clusterId())) {
            refuse(RefusalCode.WRONG_CLUSTER, "this is cluster " + cluster.clusterId());
            return;
        }
        int id = record.getBrokerId();
        long arrivalNs = voter.nowNs();
        boolean oldHasSession = voter.liveness().hasSession(id, arrivalNs);
        voter.submit(new RegisterBroker(record, oldHasSession)).whenComplete((granted, error) -> cluster.guarded(() -> {
            if (over) {
                return;
            }
            if (error != null) {
                refuse(refusalOf(error), String.valueOf(error.getMessage()));
                return;
            }
            broker = id;
            epoch = granted;
            if (!voter.liveness().openSession(id, granted, this, arrivalNs)) {
                refuse(RefusalCode.STALE_EPOCH, "registered anew meanwhile");
                return;
            }
            send(SessionDown.newBuilder()
                    .setRegistered(Registered.newBuilder()
                            .setBrokerEpoch(granted)
                            .setControllerEpoch(voter.core().epoch())
                            .setHeartbeatIntervalMs(cluster.settings().heartbeatIntervalMs())
                            .setLeaseMs(cluster.settings().leaseMs())));
        }));
    }

    private void heartbeat(Heartbeat beat) {
        if (epoch < 0 || beat.getBrokerEpoch() != epoch) {
            refuse(RefusalCode.STALE_EPOCH, "register first");
            return;
        }
        boolean known = voter.liveness()
                .heartbeat(broker, epoch, this, beat.getSequence(), beat.getAppliedOffset(), voter.nowNs());
        if (!known) {
            refuse(RefusalCode.STALE_EPOCH, "the session is not the present one");
            return;
        }
        if (cluster.bugs().answersWithoutBarrier()) {
            renewed(new Renewal(
                    beat.getSequence(),
                    cluster.settings().leaseMs(),
                    voter.liveness().state(broker),
                    voter.image().nextOffset(),
                    false));
        }
        reports(beat);
    }

    private void reports(Heartbeat beat) {
        if (beat.getReleasedCount() > 0) {
            voter.submit(new ReportReleased(broker, epoch, beat.getReleasedList()));
        }
        if (beat.getBecameReadyCount() + beat.getBecameUnreadyCount() > 0) {
            voter.submit(new ReportReady(broker, epoch, beat.getBecameReadyList(), beat.getBecameUnreadyList()));
        }
        BrokerState state = voter.liveness().state(broker);
        if (beat.getWantsToStop()) {
            if (state == BrokerState.UNFENCED) {
                once(new StopBroker(broker, epoch));
            }
        } else if (!beat.getUnhealthyReason().isEmpty()) {
            if (state != BrokerState.FENCED) {
                once(new FenceBroker(broker, epoch, CauseKind.GRAY_FAILURE, beat.getUnhealthyReason()));
            }
        } else if (state == BrokerState.FENCED
                && beat.getWantsUnfenced()
                && beat.getAppliedOffset() > epoch
                && voter.liveness().isCaughtUp(broker, epoch, beat.getAppliedOffset())) {
            once(new UnfenceBroker(broker, epoch, "It has caught up and is ready."));
        }
    }

    private void once(Command<Boolean> command) {
        if (underWay.add(command.name())) {
            voter.submit(command).whenComplete((done, error) -> underWay.remove(command.name()));
        }
    }

    @Override
    public void renewed(Renewal renewal) {
        send(SessionDown.newBuilder()
                .setRenewal(LeaseRenewal.newBuilder()
                        .setSequence(renewal.sequence())
                        .setLeaseMs(renewal.leaseMs())
                        .setState(renewal.state())
                        .setCommittedOffset(renewal.committedOffset())
                        .setMayStop(renewal.nothingLeft())));
    }

    @Override
    public void ended(RefusalCode code, String sentence) {
        refuse(code, sentence);
    }

    private void refuse(RefusalCode code, String sentence) {
        if (over) {
            return;
        }
        int leader = voter.leadership().leaderId();
        send(SessionDown.newBuilder()
                .setRefused(SessionRefused.newBuilder()
                        .setCode(code)
                        .setMessage(sentence)
                        .setController(leader < 0 ? "" : cluster.endpointOf(leader))));
        over = true;
        channel.closeByServer();
        if (epoch >= 0) {
            voter.liveness().closeSession(broker, epoch, this, voter.nowNs());
        }
    }

    private void send(SessionDown.Builder message) {
        if (!over) {
            SessionDown down = cluster.bugs().down(message.build());
            channel.down(() -> toBroker.accept(down));
        }
    }

    private static RefusalCode refusalOf(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof MusterException e) {
            return switch (e.code()) {
                case NOT_CONTROLLER -> RefusalCode.NOT_CONTROLLER;
                case OVERLOADED, UNKNOWN_OUTCOME -> RefusalCode.OVERLOADED;
                case FAILED_PRECONDITION, ALREADY_EXISTS -> RefusalCode.DUPLICATE_NODE;
                case STALE_EPOCH -> RefusalCode.STALE_EPOCH;
                default -> RefusalCode.BAD_REQUEST;
            };
        }
        throw new IllegalStateException(cause);
    }
}
