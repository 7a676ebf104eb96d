package io.muster.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.error.MusterException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
    private volatile Optional<String> storage = Optional.empty();

    private final HttpEndpoint endpoint = HttpEndpoint.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            exchange -> new HttpReply(200, "# metrics\n").send(exchange),
            List.of(new HealthCheck("loop", Optional::empty)),
            List.of(
                    new HealthCheck("storage", () -> storage),
                    new HealthCheck("leader_known", Optional::empty),
                    new HealthCheck("broken", () -> {
                        throw new IllegalStateException("boom");
                    })));
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        endpoint.close();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(int status, String path) throws IOException, InterruptedException {
        HttpResponse<String> response = send("GET", path);
        assertThat(response.statusCode()).as(path).isEqualTo(status);
        return response.body();
    }

    @Test
    void answersInTheShapeOfEtcd() throws Exception {
        assertThat(get(200, "/livez")).isEqualTo("ok\n");
        assertThat(get(200, "/livez?verbose")).isEqualTo("[+]loop ok\nlivez check passed\n");
        assertThat(get(503, "/readyz"))
                .isEqualTo("[+]storage ok\n[+]leader_known ok\n[-]broken failed: the check itself failed: "
                        + "java.lang.IllegalStateException: boom\nreadyz check failed\n");
        assertThat(get(200, "/readyz?exclude=broken")).isEqualTo("ok\n");
        assertThat(get(200, "/readyz?exclude=broken&verbose")).contains("[+]broken excluded: ok");
        assertThat(get(200, "/readyz/storage")).isEqualTo("ok\n");
        storage = Optional.of("no room");
        assertThat(get(503, "/readyz/storage")).isEqualTo("[-]storage failed: no room\nreadyz/storage check failed\n");
        assertThat(get(503, "/readyz?exclude=broken")).contains("[-]storage failed: no room");
    }

    @Test
    void refusesWhatItDoesNotServe() throws Exception {
        assertThat(get(404, "/")).contains("/metrics");
        assertThat(get(404, "/metricsandmore")).contains("not found");
        assertThat(get(404, "/livezz")).contains("not found");
        assertThat(get(404, "/readyz/nonsense")).contains("storage, leader_known, broken");
        assertThat(send("POST", "/livez").statusCode()).isEqualTo(405);
        assertThat(send("DELETE", "/metrics").headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(send("HEAD", "/livez").body()).isEmpty();
        assertThat(get(200, "/metrics")).isEqualTo("# metrics\n");
    }

    @Test
    void aPortInUseIsToldInASentence() {
        var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port());
        assertThatThrownBy(() -> HttpEndpoint.open(taken, exchange -> {}, List.of(), List.of()))
                .isInstanceOf(MusterException.class)
                .hasMessageContaining("http.listener")
                .hasMessageContaining("choose another");
    }
}
