package io.muster.bench;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.Register;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionServiceGrpc;
import io.muster.rpc.v1.SessionUp;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Many brokers that only send heartbeats, each over its own connection, in one JVM. */
public final class BrokerFleet {
    /** Printed when every broker is unfenced and has a lease. */
    static final String READY = "ready";

    private static final long INTERVAL_NS = 500_000_000;

    private final AtomicLong committedOffset = new AtomicLong();
    private final AtomicInteger leased = new AtomicInteger();
    private final List<Member> members = new ArrayList<>();

    private final String clusterId;

    private BrokerFleet(int port, int brokers, String clusterId) {
        this.clusterId = clusterId;
        for (int id = 1; id <= brokers; id++) {
            members.add(new Member(id, port));
        }
    }

    /** Arguments: port of the controller, number of brokers, cluster id. Runs until it is killed. */
    public static void main(String[] args) {
        Quiet.logs();
        new BrokerFleet(Integer.parseInt(args[0]), Integer.parseInt(args[1]), args[2]).beat();
    }

    /** Heartbeats are spread over the interval, as those of brokers that know nothing of each other. */
    private void beat() {
        boolean ready = false;
        long dueNs = System.nanoTime();
        while (true) {
            for (Member member : members) {
                dueNs += INTERVAL_NS / members.size();
                LockSupport.parkNanos(dueNs - System.nanoTime());
                member.beat();
            }
            if (!ready && leased.get() == members.size()) {
                ready = true;
                System.out.println(READY);
                System.out.flush();
            }
        }
    }

    /** One broker. */
    private final class Member implements StreamObserver<SessionDown> {
        private final StreamObserver<SessionUp> up;
        private volatile long epoch;
        private volatile boolean hasLease;
        private long sequence;

        Member(int id, int port) {
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            up = SessionServiceGrpc.newStub(channel).session(this);
            up.onNext(SessionUp.newBuilder()
                    .setRegister(
                            Register.newBuilder().setClusterId(clusterId).setBroker(SampleCluster.brokerRecord(id)))
                    .build());
        }

        void beat() {
            if (epoch == 0) {
                return;
            }
            up.onNext(SessionUp.newBuilder()
                    .setHeartbeat(Heartbeat.newBuilder()
                            .setSequence(++sequence)
                            .setBrokerEpoch(epoch)
                            .setAppliedOffset(committedOffset.get())
                            .setWantsUnfenced(true))
                    .build());
        }

        @Override
        public void onNext(SessionDown message) {
            switch (message.getMessageCase()) {
                case REGISTERED -> epoch = message.getRegistered().getBrokerEpoch();
                case RENEWAL -> renewed(message.getRenewal());
                default -> onError(new IllegalStateException(message.toString()));
            }
        }

        private void renewed(LeaseRenewal renewal) {
            committedOffset.accumulateAndGet(renewal.getCommittedOffset(), Math::max);
            if (!hasLease && renewal.getState() == BrokerState.UNFENCED && renewal.getLeaseMs() > 0) {
                hasLease = true;
                leased.incrementAndGet();
            }
        }

        @Override
        public void onError(Throwable cause) {
            System.out.println("a session ended: " + cause);
            System.exit(1);
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the controller closed a session"));
        }
    }
}
