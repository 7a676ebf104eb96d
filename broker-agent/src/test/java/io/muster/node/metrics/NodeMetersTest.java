package io.muster.node.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.muster.node.Promtool;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;

class NodeMetersTest {
    @Test
    void promtoolFindsNothingToBlame() throws Exception {
        try (NodeMeters meters = new NodeMeters("0.1.0", 1, "controller,broker")) {
            assertThat(Promtool.complaints(scrape(meters))).isEmpty();
        }
    }

    @Test
    void tellsWhatRunsHere() throws IOException {
        try (NodeMeters meters = new NodeMeters("0.1.0", 1, "broker")) {
            assertThat(scrape(meters))
                    .contains("muster_info{node_id=\"1\",roles=\"broker\",version=\"0.1.0\"} 1")
                    .contains("jvm_memory_used_bytes");
        }
    }

    @Test
    void labelsAreInSnakeCase() {
        assertThat(NodeMeters.snakeCase("statusCode")).isEqualTo("status_code");
        assertThat(NodeMeters.snakeCase("already_so")).isEqualTo("already_so");
    }

    private static String scrape(NodeMeters meters) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", meters.scrapeHandler());
        server.start();
        try (InputStream in = URI.create(
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/metrics")
                .toURL()
                .openStream()) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } finally {
            server.stop(0);
        }
    }
}
