package io.muster.agent.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.muster.agent.script.Voters;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.Registered;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionServiceGrpc;
import io.muster.rpc.v1.SessionUp;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionClientTest {
    private final Voters voters = new Voters();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final SessionClient client = new SessionClient(voters, new SessionClient.Events() {
        @Override
        public void connected(long stream) {
            events.add("connected " + stream);
        }

        @Override
        public void disconnected(long stream, String because) {
            events.add("disconnected " + stream + ": " + because);
        }

        @Override
        public void received(long stream, SessionDown message) {
            events.add("received " + stream + " " + message.getMessageCase());
        }
    });

    /** Answers everything with "registered" and notes what it hears. */
    private final class Controller extends SessionServiceGrpc.SessionServiceImplBase {
        @Override
        public StreamObserver<SessionUp> session(StreamObserver<SessionDown> down) {
            return new StreamObserver<>() {
                @Override
                public void onNext(SessionUp up) {
                    heard.add("sequence " + up.getHeartbeat().getSequence());
                    down.onNext(SessionDown.newBuilder()
                            .setRegistered(Registered.newBuilder().setBrokerEpoch(5))
                            .build());
                }

                @Override
                public void onError(Throwable failure) {
                    heard.add("broken " + Status.fromThrowable(failure).getCode());
                }

                @Override
                public void onCompleted() {
                    heard.add("half-closed");
                    down.onCompleted();
                }
            };
        }
    }

    @AfterEach
    void close() {
        client.close();
        voters.close();
    }

    private static SessionUp heartbeat(long sequence) {
        return SessionUp.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setSequence(sequence))
                .build();
    }

    private void awaitEvent(String start) {
        await().until(() -> events.stream().anyMatch(e -> e.startsWith(start)));
    }

    @Test
    void announcesTheStreamSendsAndReceives() {
        voters.start("a:1", new Controller());
        client.connect(1, "a:1");
        awaitEvent("connected 1");
        client.send(1, heartbeat(7));
        awaitEvent("received 1 REGISTERED");
        assertThat(heard).containsExactly("sequence 7");
    }

    @Test
    void whatWasSentLastArrivesBeforeTheStreamIsClosed() {
        voters.start("a:1", new Controller());
        client.connect(1, "a:1");
        awaitEvent("connected 1");
        client.send(1, heartbeat(1));
        client.send(1, heartbeat(2));
        client.disconnect(1);
        await().until(() -> heard.contains("half-closed"));
        assertThat(heard).containsExactly("sequence 1", "sequence 2", "half-closed");
    }

    @Test
    void saysWhyAnAttemptFailed() {
        client.connect(1, "nobody:1");
        awaitEvent("disconnected 1: nobody:1: unavailable");
        assertThat(events).hasSize(1);
    }

    @Test
    void saysThatTheStreamBroke() {
        voters.start("a:1", new Controller());
        client.connect(1, "a:1");
        awaitEvent("connected 1");
        voters.kill("a:1");
        awaitEvent("disconnected 1: a:1");
    }

    @Test
    void messageForAnEarlierStreamIsNotSentUpTheNext() {
        voters.start("a:1", new Controller());
        voters.start("b:1", new Controller());
        client.connect(1, "a:1");
        awaitEvent("connected 1");
        client.connect(2, "b:1");
        awaitEvent("connected 2");
        client.send(1, heartbeat(1));
        client.send(2, heartbeat(2));
        awaitEvent("received 2");
        assertThat(heard).contains("sequence 2").doesNotContain("sequence 1");
    }
}
