package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a monitoring system sees, and what a broker-only node loads. */
class ObserveIT {
    @TempDir
    Path dir;

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private HttpResponse<String> get(NodeProcess node, String path) {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("GET " + path + " of node " + node.id() + ": " + e + "\n" + node.tail(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Test
    void metricsAndHealth() throws Exception {
        try (ProcessCluster cluster = ProcessCluster.start(dir, 3, 0)) {
            cluster.create("orders", 12, 2);
            for (NodeProcess node : cluster.nodes()) {
                assertThat(get(node, "/livez").statusCode()).isEqualTo(200);
                cluster.awaitThat("node is ready", () -> get(node, "/readyz").statusCode() == 200);
                assertThat(get(node, "/readyz?verbose").body()).contains("[+]");
                assertThat(get(node, "/nothing").statusCode()).isEqualTo(404);
                String metrics = get(node, "/metrics").body();
                assertThat(metrics)
                        .contains("muster_controller_active", "muster_raft_epoch", "muster_brokers", "ratis_", "jvm_");
                checkWithPromtool(metrics);
            }
            double active = cluster.nodes().stream()
                    .flatMap(n -> get(n, "/metrics").body().lines())
                    .filter(l -> l.startsWith("muster_controller_active"))
                    .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
                    .sum();
            assertThat(active).isEqualTo(1.0);

            cluster.node(1).kill();
            cluster.node(2).kill();
            cluster.awaitThat(
                    "a node without a quorum is alive but not ready",
                    () -> get(cluster.node(3), "/livez").statusCode() == 200
                            && get(cluster.node(3), "/readyz").statusCode() == 503);
            assertThat(get(cluster.node(3), "/readyz").body()).contains("[-]");
        }
    }

    private void checkWithPromtool(String metrics) throws Exception {
        if (!Files.isExecutable(Path.of("/usr/bin/promtool"))) {
            System.out.println("skipped: promtool is not installed (Debian package prometheus)");
            return;
        }
        Process promtool = new ProcessBuilder("/usr/bin/promtool", "check", "metrics")
                .redirectErrorStream(true)
                .start();
        promtool.getOutputStream().write(metrics.getBytes(StandardCharsets.UTF_8));
        promtool.getOutputStream().close();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(said).as("promtool check metrics").isBlank();
    }

    @Test
    void aBrokerOnlyNodeWorksAndLoadsNoRatisClass() throws IOException {
        try (ProcessCluster cluster = ProcessCluster.prepare(dir, 1, 1, List.of(), Map.of())) {
            Path classes = dir.resolve("classes.txt");
            cluster.node(1).start();
            cluster.node(2).startWith(Map.of("MUSTER_OPTS", "-Xlog:class+load:file=" + classes));
            cluster.awaitUnfenced(1, 2);
            cluster.create("orders", 12, 2);
            cluster.awaitLeads(2);
            cluster.node(2).stop();
            List<String> ratis = Files.readAllLines(classes).stream()
                    .filter(line -> line.contains("org.apache.ratis") || line.contains(".log.ratis."))
                    .toList();
            assertThat(ratis).isEmpty();
        }
    }
}
