package io.muster.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line against a live cluster: answers, exit codes, and bad input that must change nothing. */
class CommandLineIT {
    @TempDir
    static Path dir;

    private static ProcessCluster cluster;

    @BeforeAll
    static void start() {
        cluster = ProcessCluster.start(dir, 3, 1);
        cluster.create("orders", 12, 2);
        cluster.awaitAllLedBy(1, 2, 3, 4);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static Distribution.Result muster(String... args) {
        String[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--bootstrap";
        all[args.length + 1] = cluster.bootstrap();
        return Distribution.run(all);
    }

    @Test
    void brokersListShowsEveryBrokerAsJson() {
        Distribution.Result result = muster("brokers", "list", "-o", "json");
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out().replace(" ", "")).contains("\"brokers\":[", "\"id\":1", "\"state\":\"UNFENCED\"");
    }

    @Test
    void anyNodeFindsTheController() {
        for (NodeProcess node : cluster.nodes()) {
            Distribution.Result result =
                    Distribution.run("quorum", "status", "--bootstrap", node.endpoint(), "-o", "json");
            assertThat(result.exitCode()).as(result.all()).isZero();
            assertThat(result.out()).contains("\"leaderId\"", "\"highWatermark\"", "\"currentVoters\"");
        }
    }

    @Test
    void tablesAndStatusAreReadable() {
        for (List<String> command : List.of(
                List.of("quorum", "status"),
                List.of("quorum", "replication"),
                List.of("brokers", "list"),
                List.of("brokers", "describe", "1"),
                List.of("resources", "list"),
                List.of("resources", "describe", "orders"),
                List.of("partitions", "list", "--resource", "orders", "--broker", "1"))) {
            Distribution.Result result = muster(command.toArray(String[]::new));
            assertThat(result.exitCode()).as(command + " " + result.all()).isZero();
            assertThat(result.out()).as(command.toString()).isNotBlank();
            assertThat(result.err()).as(command.toString()).isBlank();
        }
        assertThat(muster("quorum", "status").out()).contains("LeaderId", "LeaderEpoch", "HighWatermark");
        assertThat(muster("quorum", "replication").out()).contains("NodeId", "Lag", "Status");
    }

    @Test
    void historyTellsWhyFromTheLogOfTheRunningController() {
        Distribution.Result orders = muster("history", "--resource", "orders", "--limit", "1000");
        assertThat(orders.exitCode()).as(orders.all()).isZero();
        assertThat(orders.out()).contains("RESOURCE_CHANGE", "created with 12 partitions of 2 replicas");
        assertThat(orders.err()).contains("the log is whole, from offset 0 on");

        Distribution.Result json = muster("history", "--broker", "4", "--since", "1h", "-o", "json");
        assertThat(json.exitCode()).as(json.all()).isZero();
        assertThat(json.out().replace("\\u003e", ">"))
                .contains("\"changes\": [{", "BROKER_REGISTERED", "FENCED -> UNFENCED");

        Distribution.Result described = muster("partitions", "describe", "orders/3");
        assertThat(described.exitCode()).as(described.all()).isZero();
        assertThat(described.out()).contains("LeaderEpoch", "Ownership:", "created, leader ");

        Distribution.Result unknown = muster("history", "--partition", "orders/12");
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("orders has partitions 0 to 11").doesNotContain("Exception");
    }

    @Test
    void aHostThatDoesNotExistIsToldInOneLine() {
        Distribution.Result result =
                Distribution.run("brokers", "list", "--bootstrap", "nohost.invalid:9090", "--timeout", "3s");
        assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
        assertThat(result.err().strip().lines()).hasSize(1).first().asString().contains("no such host");
    }

    @Test
    void aResourceLives() {
        assertThat(muster("resources", "create", "life", "--partitions", "4", "--replicas", "3")
                        .exitCode())
                .isZero();
        Distribution.Result again = muster("resources", "create", "life", "--partitions", "4", "--replicas", "3");
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("life").contains("exists").doesNotContain("Exception");
        Distribution.Result list = muster("partitions", "list", "--resource", "life", "-o", "json");
        assertThat(list.out().replace(" ", "")).contains("\"resource\":\"life\"", "\"leaderEpoch\":\"", "\"ready\":[");
        assertThat(muster("resources", "delete", "life").exitCode()).isZero();
        assertThat(muster("resources", "describe", "life").exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "bad/name, 1, 1, name",
        "'', 1, 1, name",
        "zero, 0, 1, partitions",
        "huge, 1000000000, 1, partitions",
        "wide, 1, 9, brokers",
        "none, 1, 0, replicas"
    })
    void aBadResourceIsRefusedAndChangesNothing(String name, String partitions, String replicas, String word) {
        long before = cluster.quorum().getHighWatermark();
        long term = cluster.quorum().getLeaderEpoch();
        Distribution.Result result =
                muster("resources", "create", name, "--partitions", partitions, "--replicas", replicas);
        assertThat(result.exitCode()).as(result.all()).isIn(1, 2);
        assertThat(result.err()).contains(word).doesNotContain("Exception");
        assertThat(result.err().strip().lines().count()).as(result.err()).isLessThanOrEqualTo(3);
        assertThat(cluster.quorum().getHighWatermark()).isEqualTo(before);
        assertThat(cluster.quorum().getLeaderEpoch()).isEqualTo(term);
    }

    @Test
    void aHugeOrStrangeNameIsRefused() {
        for (String name : List.of("x".repeat(10_000), "caf\u00e9", "..")) {
            Distribution.Result result = muster("resources", "create", name, "--partitions", "1", "--replicas", "1");
            assertThat(result.exitCode()).as(result.all()).isIn(1, 2);
            assertThat(result.err()).contains("name").doesNotContain("Exception");
        }
    }

    @Test
    void nobodyAtBootstrapIsExitThree() {
        int port = new FreePorts(1).next();
        Distribution.Result result =
                Distribution.run("brokers", "list", "--bootstrap", "127.0.0.1:" + port, "--timeout", "3s");
        assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
        assertThat(result.err()).contains("127.0.0.1:" + port).doesNotContain("Exception");
    }

    @Test
    void aPortThatIsNotMusterIsExitThree() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread http = new Thread(() -> answerLikeAWebServer(server));
            http.setDaemon(true);
            http.start();
            Distribution.Result result = Distribution.run(
                    "brokers", "list", "--bootstrap", "127.0.0.1:" + server.getLocalPort(), "--timeout", "3s");
            assertThat(result.exitCode()).as(result.all()).isEqualTo(3);
            assertThat(result.err()).doesNotContain("Exception");
        }
    }

    private static void answerLikeAWebServer(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept();
                    OutputStream out = socket.getOutputStream()) {
                out.write("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return; // the test closed the server
            }
        }
    }

    @Test
    void usageErrorsAreExitTwo() {
        assertThat(Distribution.run("brokers", "list", "--nonsense").exitCode()).isEqualTo(2);
        assertThat(Distribution.run("nonsense").exitCode()).isEqualTo(2);
        assertThat(muster("resources", "create", "x", "--partitions", "many").exitCode())
                .isEqualTo(2);
    }

    @Test
    void theLogOfARunningNodeCanBeRead() {
        Distribution.Result result =
                Distribution.run("log", "dump", "-c", cluster.node(1).config().toString());
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains("BROKER_REGISTERED", "orders");
    }

    @Test
    void theLogOfARunningNodeHoldsWhatALogCanShow() {
        Distribution.Result result =
                Distribution.run("log", "verify", "-c", cluster.node(1).config().toString());
        assertThat(result.exitCode()).as(result.all()).isZero();
        assertThat(result.out()).contains("invariant 4", "invariant 5", "everything checked holds");
    }

    @Test
    void noQuorumIsSaidInTime(@TempDir Path other) {
        try (ProcessCluster lonely = ProcessCluster.prepare(other, 3, 0, List.of(), Map.of())) {
            lonely.node(1).start();
            lonely.awaitThat(
                    "node 1 listens",
                    () -> Distribution.run(
                                            "quorum",
                                            "status",
                                            "--bootstrap",
                                            lonely.node(1).endpoint(),
                                            "--timeout",
                                            "1s")
                                    .exitCode()
                            != 3);
            Distribution.Result result = Distribution.run(
                    "brokers", "list", "--bootstrap", lonely.node(1).endpoint(), "--timeout", "2s");
            assertThat(result.exitCode()).as(result.all()).isIn(4, 5);
            assertThat(result.err()).doesNotContain("Exception");
        }
    }
}
