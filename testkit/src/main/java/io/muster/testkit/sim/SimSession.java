package io.muster.testkit.sim;

import io.muster.controller.BrokerSession;
import io.muster.controller.SessionPeer;
import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionUp;
import java.util.function.Consumer;

/** Carries one session between a broker and the real session of a controller, as the gRPC service does. */
final class SimSession implements SessionPeer {
    private final SimCluster cluster;
    private final SimVoter voter;
    private final Channel channel;
    private final Consumer<SessionDown> toBroker;
    private final BrokerSession session;
    private int broker = -1;

    SimSession(SimCluster cluster, SimVoter voter, Channel channel, Consumer<SessionDown> toBroker) {
        this.cluster = cluster;
        this.voter = voter;
        this.channel = channel;
        this.toBroker = toBroker;
        this.session = voter.unit().newSession(this);
    }

    void received(SessionUp message) {
        SessionUp arrived = cluster.bugs().up(message);
        session.onMessage(arrived, voter.nowNs());
        if (arrived.hasRegister()) {
            broker = arrived.getRegister().getBroker().getBrokerId();
        }
        if (arrived.hasHeartbeat() && voter.unit().isActive() && confirmsAtOnce()) {
            answerAtOnce(arrived.getHeartbeat());
        }
    }

    private boolean confirmsAtOnce() {
        return cluster.bugs().answersWithoutBarrier()
                || cluster.quorum().sinceLastElectionNs(voter.id())
                        <= cluster.bugs().confirmsByReadForNs();
    }

    private void answerAtOnce(Heartbeat heartbeat) {
        BrokerState state = voter.liveness().state(broker);
        if (state == BrokerState.UNFENCED && !heartbeat.getWantsToStop()) {
            send(SessionDown.newBuilder()
                    .setRenewal(LeaseRenewal.newBuilder()
                            .setSequence(heartbeat.getSequence())
                            .setLeaseMs(cluster.settings().leaseMs())
                            .setState(state)
                            .setCommittedOffset(voter.image().nextOffset()))
                    .build());
        }
    }

    /** The stream is gone. */
    void broken() {
        session.onClosed(voter.nowNs());
    }

    @Override
    public void send(SessionDown message) {
        SessionDown sent = cluster.bugs().down(message);
        channel.downAtLeastOnce(() -> toBroker.accept(sent));
    }

    @Override
    public void end() {
        channel.closeByServer();
        session.onClosed(voter.nowNs());
    }
}
