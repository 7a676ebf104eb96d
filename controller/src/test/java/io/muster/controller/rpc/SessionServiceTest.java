package io.muster.controller.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.stub.StreamObserver;
import io.muster.controller.Rig;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.metadata.record.LogCodec;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.RefusalCode;
import io.muster.rpc.v1.Register;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionServiceGrpc;
import io.muster.rpc.v1.SessionUp;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionServiceTest {
    private LocalVoter voter;
    private final List<SessionDown> heard = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    @BeforeEach
    void start() throws IOException {
        voter = new LocalVoter(1_000_000);
    }

    @AfterEach
    void stop() {
        voter.close();
    }

    @Test
    void registerHeartbeatLease() {
        voter.on(() -> voter.rig.lead());
        StreamObserver<SessionUp> up = open();
        up.onNext(register(Rig.CLUSTER));
        await().until(() -> heard.size() == 1);
        long epoch = heard.get(0).getRegistered().getBrokerEpoch();
        AtomicLong sequence = new AtomicLong();
        // The first heartbeat may be answered before the broker is unfenced; a broker goes on sending.
        await().until(() -> {
            up.onNext(heartbeat(sequence.incrementAndGet(), epoch));
            return heard.stream().anyMatch(m -> m.getRenewal().getLeaseMs() > 0);
        });

        assertThat(heard.get(heard.size() - 1).getRenewal().getState()).isEqualTo(BrokerState.UNFENCED);
        assertThat(voter.rig.brokerState(7).isUnfenced()).isTrue();
        up.onCompleted();
        await().until(() -> ended);
    }

    @Test
    void whoDoesNotLeadRefusesAndClosesTheStream() {
        open().onNext(register(Rig.CLUSTER));
        await().until(() -> ended);

        assertThat(heard)
                .singleElement()
                .satisfies(m -> assertThat(m.getRefused().getCode()).isEqualTo(RefusalCode.NOT_CONTROLLER));
    }

    @Test
    void anotherClusterIsRefused() {
        voter.on(() -> voter.rig.lead());
        open().onNext(register("other"));
        await().until(() -> ended);

        assertThat(heard.get(0).getRefused().getCode()).isEqualTo(RefusalCode.WRONG_CLUSTER);
        assertThat(heard.get(0).getRefused().getMessage()).contains("bootstrap.servers");
    }

    @Test
    void aBrokerThatCannotReadTheLogIsToldSo() {
        voter.on(() -> voter.rig.lead());
        Register register = register(Rig.CLUSTER).getRegister();
        BrokerRecord older = register.getBroker().toBuilder()
                .setMinFormatLevel(LogCodec.FORMAT_LEVEL + 1)
                .setMaxFormatLevel(LogCodec.FORMAT_LEVEL + 1)
                .build();
        open().onNext(SessionUp.newBuilder()
                .setRegister(register.toBuilder().setBroker(older))
                .build());
        await().until(() -> ended);

        assertThat(heard.get(0).getRefused().getCode()).isEqualTo(RefusalCode.UNSUPPORTED_VERSION);
        assertThat(heard.get(0).getRefused().getMessage()).contains("run a version of it that fits");
    }

    @Test
    void aHeartbeatBeforeTheRegistrationIsRefused() {
        voter.on(() -> voter.rig.lead());
        open().onNext(heartbeat(1, 0));
        await().until(() -> ended);

        assertThat(heard.get(0).getRefused().getCode()).isEqualTo(RefusalCode.BAD_REQUEST);
    }

    private StreamObserver<SessionUp> open() {
        return SessionServiceGrpc.newStub(voter.channel).session(new StreamObserver<>() {
            @Override
            public void onNext(SessionDown message) {
                heard.add(message);
            }

            @Override
            public void onError(Throwable cause) {
                ended = true;
            }

            @Override
            public void onCompleted() {
                ended = true;
            }
        });
    }

    private static SessionUp register(String cluster) {
        return SessionUp.newBuilder()
                .setRegister(Register.newBuilder().setClusterId(cluster).setBroker(Rig.broker(7, "i7")))
                .build();
    }

    private SessionUp heartbeat(long sequence, long epoch) {
        return SessionUp.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder()
                        .setSequence(sequence)
                        .setBrokerEpoch(epoch)
                        .setWantsUnfenced(true)
                        .setAppliedOffset(voter.rig.log.image().nextOffset()))
                .build();
    }
}
