package io.muster.testkit.witness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.agent.NotOwnerException;
import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workload and sink over a real connection on loopback. */
class WitnessSinkTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    /** An ownership that is valid until it is told otherwise. */
    private static final class Switch implements Ownership {
        private final Partition partition;
        private final long epoch;
        volatile boolean valid = true;

        Switch(int partition, long epoch) {
            this.partition = new Partition("orders", 7, partition);
            this.epoch = epoch;
        }

        @Override
        public Partition partition() {
            return partition;
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public long validUntilNanos() {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public <T> T guard(Callable<T> action) throws Exception {
            if (!valid) {
                throw new NotOwnerException(this, "the test says so");
            }
            return action.call();
        }
    }

    private WitnessSink sink;
    private WitnessWorkload one;
    private WitnessWorkload two;

    @BeforeEach
    void start() throws IOException {
        sink = WitnessSink.start();
        one = workload(1);
        two = workload(2);
    }

    private WitnessWorkload workload(int node) {
        String address = sink.address();
        int colon = address.lastIndexOf(':');
        return new WitnessWorkload(
                node,
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                Duration.ofMillis(5));
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        sink.close();
    }

    @Test
    void everyOwnedPartitionIsServedAgainAndAgain() throws InterruptedException {
        for (int p = 0; p < 500; p++) {
            one.lead(new Switch(p, 10));
        }
        assertThat(sink.awaitAllServed(500, System.nanoTime(), LIMIT)).isTrue();
        assertThat(sink.awaitAllServed(500, System.nanoTime(), LIMIT)).isTrue();
        assertThat(sink.awaitAllServed(501, System.nanoTime(), Duration.ofMillis(50)))
                .isFalse();
    }

    @Test
    void aPausedOwnerThatGoesOnIsRefused() throws InterruptedException {
        one.lead(new Switch(0, 10));
        assertThat(sink.awaitAllServed(1, System.nanoTime(), LIMIT)).isTrue();
        two.lead(new Switch(0, 11));

        await().atMost(LIMIT).until(() -> one.sinkRefusals() > 0);
        assertThat(sink.totals().refused()).isPositive();
        assertThat(sink.totals().overlaps())
                .as("a guard that stays open is a fault")
                .isPositive();
        assertThat(sink.services())
                .singleElement()
                .satisfies(s -> assertThat(s.node()).isEqualTo(2));
    }

    @Test
    void anOrderlyHandOverIsNoOverlapAndTheClosedGuardShows() throws InterruptedException {
        Switch old = new Switch(0, 10);
        one.lead(old);
        assertThat(sink.awaitAllServed(1, System.nanoTime(), LIMIT)).isTrue();

        old.valid = false;
        one.release(old, LIMIT);
        two.lead(new Switch(0, 11));

        assertThat(sink.await(all -> all.get(0).node() == 2, LIMIT)).isTrue();
        assertThat(one.guardRefusals()).isPositive();
        await().atMost(LIMIT).until(() -> sink.totals().guardRefusals() > 0);
        assertThat(sink.totals().refused()).isZero();
        assertThat(sink.totals().overlaps()).isZero();
        assertThat(sink.gapsSince(0))
                .singleElement()
                .satisfies(g -> assertThat(g.millis()).isPositive());
    }

    @Test
    void everyGuardThatALapseClosedIsSeenToRefuseThoughThereIsNoTimeToWaitForTheSink() throws Exception {
        List<Switch> owned = new ArrayList<>();
        for (int p = 0; p < 200; p++) {
            owned.add(new Switch(p, 10));
        }
        for (Switch ownership : owned) {
            one.lead(ownership);
        }
        assertThat(sink.awaitAllServed(200, System.nanoTime(), LIMIT)).isTrue();
        owned.forEach(ownership -> ownership.valid = false);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (Switch ownership : owned) {
                threads.execute(() -> {
                    try {
                        one.release(ownership, Duration.ZERO);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            await().atMost(LIMIT).until(() -> sink.refusals(1) >= 200);
        } finally {
            threads.shutdownNow();
        }
        assertThat(sink.refusals(2)).isZero();
    }

    @Test
    void aStrangerAtTheSinkHurtsNobody() throws IOException, InterruptedException {
        String address = sink.address();
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).as("the sink hangs up").isEqualTo(-1);
        }
        one.lead(new Switch(0, 10));
        assertThat(sink.awaitAllServed(1, System.nanoTime(), LIMIT)).isTrue();
    }
}
