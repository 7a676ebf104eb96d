package io.muster.controller.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.liveness.ProbeResult;
import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TcpDeathProbeTest {
    private final TcpDeathProbe probe = new TcpDeathProbe("c", 300);

    @AfterEach
    void close() {
        probe.close();
    }

    @Test
    void aRefusedConnectionIsProof() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        ProbeResult result =
                probe.probe("127.0.0.1", port, "i").toCompletableFuture().join();

        assertThat(result.isGone()).isTrue();
        assertThat(result.sentence()).contains("refuses");
    }

    @Test
    void anUnknownHostIsNoProof() {
        assertThat(probe.probe("no-such-host.invalid", 1, "i")
                        .toCompletableFuture()
                        .join()
                        .isGone())
                .isFalse();
    }

    @Test
    void anOpenPortThatSaysNothingIsNoProof() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            assertThat(probe.probe("127.0.0.1", socket.getLocalPort(), "i")
                            .toCompletableFuture()
                            .join()
                            .isGone())
                    .isFalse();
        }
    }
}
