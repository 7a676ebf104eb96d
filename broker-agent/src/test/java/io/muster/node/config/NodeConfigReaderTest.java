package io.muster.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigReaderTest {
    private static final String VOTER = """
            node.id=1
            process.roles=controller,broker
            log.dir=/tmp/x
            listener=127.0.0.1:9090
            controller.quorum.voters=1@h1:9093,2@h2:9093
            controller.quorum.bootstrap.servers=h1:9090,h2:9090
            """;
    private static final String BROKER = """
            node.id=7
            process.roles=broker
            log.dir=/tmp/x
            listener=127.0.0.1:9090
            controller.quorum.bootstrap.servers=h1:9090
            """;

    @TempDir
    Path dir;

    private Path file(String text) throws IOException {
        return Files.writeString(dir.resolve("n.properties"), text);
    }

    private NodeConfig read(String text) throws IOException {
        return NodeConfigReader.read(file(text), Map.of(), Map.of(), Map.of());
    }

    private String problemsOf(Path file) {
        MusterException e = catchThrowableOfType(
                MusterException.class, () -> NodeConfigReader.read(file, Map.of(), Map.of(), Map.of()));
        assertThat(e).as("the config was accepted").isNotNull();
        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        return String.valueOf(e.getMessage());
    }

    private String problemsOf(String text) throws IOException {
        return problemsOf(file(text));
    }

    @Test
    void readsACompleteFile() throws IOException {
        NodeConfig config = read(VOTER + "broker.tags=disk=ssd, zone = a\nhttp.listener=:9091\n");
        assertThat(config.nodeId()).isEqualTo(1);
        assertThat(config.roles()).isEqualTo(Set.of(Role.CONTROLLER, Role.BROKER));
        assertThat(config.voters()).extracting(Voter::id).containsExactly(1, 2);
        assertThat(config.get(ConfigKeys.QUORUM_LISTENER)).isEqualTo(new Endpoint("0.0.0.0", 9093));
        assertThat(config.advertisedListener()).isEqualTo(config.listener());
        assertThat(config.get(ConfigKeys.LEASE_MS)).isEqualTo(2000);
        assertThat(config.get(ConfigKeys.TAGS)).isEqualTo(Map.of("disk", "ssd", "zone", "a"));
        assertThat(config.httpListener()).hasValue(new Endpoint("", 9091));
    }

    @Test
    void aBrokerNeedsNoVoterList() throws IOException {
        NodeConfig config = read(BROKER);
        assertThat(config.isController()).isFalse();
        assertThat(config.voters()).isEmpty();
        assertThat(config.effective()).extracting(EffectiveValue::name).doesNotContain("quorum.listener");
    }

    @Test
    void environmentAndSystemPropertiesAreStrongerThanTheFile() throws IOException {
        NodeConfig config = NodeConfigReader.read(
                file(VOTER + "broker.rack=a\nbroker.capacity=10\n"),
                Map.of(
                        "BROKER_RACK", "b",
                        "CONTROLLER_QUORUM_VOTERS", "1@other:9093",
                        "BROKER_CAPACITY", "20",
                        "UNRELATED_NAME", "x"),
                Map.of("broker.capacity", "30", "java.version", "17"),
                Map.of("moves.in.flight.max", "5"));
        assertThat(config.get(ConfigKeys.RACK)).isEqualTo("b");
        assertThat(config.get(ConfigKeys.CAPACITY)).isEqualTo(30);
        assertThat(config.get(ConfigKeys.MOVES_IN_FLIGHT_MAX)).isEqualTo(5);
        assertThat(config.effective())
                .contains(
                        new EffectiveValue("node.id", "1", "n.properties:1"),
                        new EffectiveValue("broker.rack", "b", "environment BROKER_RACK"),
                        new EffectiveValue(
                                "controller.quorum.voters", "1@other:9093", "environment CONTROLLER_QUORUM_VOTERS"),
                        new EffectiveValue("broker.capacity", "30", "-Dbroker.capacity"),
                        new EffectiveValue("moves.in.flight.max", "5", "given by the program"),
                        new EffectiveValue("broker.lease.ms", "2000", "derived"),
                        new EffectiveValue("balance.interval.ms", "1000", "default"),
                        new EffectiveValue("broker.tags", "", "not set"));
    }

    @Test
    void aValueMayReferToAnother() throws IOException {
        assertThat(read(BROKER + "broker.rack=rack-${node.id}\n").get(ConfigKeys.RACK))
                .isEqualTo("rack-7");
        assertThat(problemsOf(BROKER + "broker.rack=${NO_SUCH_THING}\n"))
                .contains("n.properties:6", "broker.rack", "NO_SUCH_THING", "not set");
    }

    @Test
    void everyProblemIsToldInOneGo() throws IOException {
        String message = problemsOf("""
                node.id=one
                process.rolls=broker
                listener=localhost
                broker.capacity=0
                broker.session.timeout.ms=3s
                node.id=2
                """);
        assertThat(message)
                .contains(
                        "n.properties:1: node.id: 'one' is not a whole number",
                        "n.properties:2: unknown key process.rolls; did you mean process.roles?",
                        "n.properties:3: listener: 'localhost' has no port",
                        "n.properties:4: broker.capacity: 0 is out of range",
                        "n.properties:5: broker.session.timeout.ms: '3s' is not a whole number of milliseconds",
                        "n.properties:6: node.id is set again; it is also set on line 1",
                        "process.roles: every node must set it",
                        "log.dir: every node must set it");
        assertThat(message.lines().count()).isEqualTo(9);
    }

    @Test
    void anUnknownKeyWithoutLikenessPointsToThePage() throws IOException {
        assertThat(problemsOf(BROKER + "zzzzzzzz=1\n"))
                .contains("n.properties:6: unknown key zzzzzzzz", "docs/configuration.md");
    }

    @Test
    void filesThatAreNone() throws IOException {
        assertThat(problemsOf(dir.resolve("absent.properties"))).contains("no such file");
        assertThat(problemsOf(dir)).contains("is a directory");
        assertThat(problemsOf("")).contains("node.id: every node must set it");
        Path big = Files.write(dir.resolve("big"), new byte[PropertiesFile.BYTES_MAX + 1]);
        assertThat(problemsOf(big)).contains("longer than");
    }

    @Test
    void badBytesAndEscapesAreFoundOnTheirLine() throws IOException {
        byte[] latin1 = (BROKER + "broker.rack=Zürich\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(problemsOf(Files.write(dir.resolve("latin1.properties"), latin1)))
                .contains("latin1.properties:6", "not UTF-8");
        assertThat(problemsOf(BROKER + "broker.rack=\\u12g4\n")).contains("n.properties:6: bad escape");
        assertThat(problemsOf(BROKER + "broker.rack=a\0b\n")).contains("n.properties:6", "NUL");
    }

    @Test
    void linesAreCountedAcrossCommentsAndContinuations() throws IOException {
        NodeConfig config = read("\uFEFF# c\r\n\r\n! c\\\r\n" + BROKER.replace("h1:9090", "h1:9090,\\\n    h2:9090")
                + "broker.rack=a\n");
        assertThat(config.bootstrapServers()).hasSize(2);
        assertThat(config.effective())
                .contains(
                        new EffectiveValue("node.id", "7", "n.properties:4"),
                        new EffectiveValue("broker.rack", "a", "n.properties:10"));
    }

    @Test
    void votersMustMakeSense() throws IOException {
        String base = "node.id=1\nprocess.roles=controller\nlog.dir=x\nlistener=127.0.0.1:9090\n";
        assertThat(problemsOf(base)).contains("controller.quorum.voters: a controller must know the initial voters");
        assertThat(problemsOf(base + "controller.quorum.voters=2@h:1,3@h:2\n"))
                .contains("n.properties:5", "is not in the list [2, 3]");
        assertThat(problemsOf(base + "controller.quorum.voters=1@h:1,1@h:2\n"))
                .contains("node id 1 is in the list twice");
        assertThat(problemsOf(base + "controller.quorum.voters=1@h:1,2@h:1\n"))
                .contains("voters 1 and 2 have the same address h:1");
        assertThat(problemsOf(base + "controller.quorum.voters=1@h:1,2@h:2\n"))
                .contains("one of 2 voters must know where the others listen");
        assertThat(problemsOf(base + "controller.quorum.voters=1@h:1,\n")).contains("empty entry");
        assertThat(problemsOf(base + "controller.quorum.voters=h:1\n")).contains("must be id@host:port");
        assertThat(problemsOf(base + "controller.quorum.voters=1@h:99999\n")).contains("not between 1 and 65535");
        assertThat(problemsOf(base + "controller.quorum.voters=1@h:9093\nquorum.listener=:9095\n"))
                .contains("n.properties:6", "port 9095", "1@h:9093");
        assertThat(problemsOf(BROKER + "controller.quorum.voters=7@h:9093\n")).contains("no controller role");
        assertThat(problemsOf(BROKER.replaceAll("controller.*\n", "")))
                .contains("controller.quorum.bootstrap.servers: a node that is only a broker");
    }

    @Test
    void listenersMustNotClashAndMustBeReachable() throws IOException {
        assertThat(problemsOf(VOTER + "http.listener=:9090\n"))
                .contains("n.properties:7: http.listener", "clashes with listener");
        assertThat(problemsOf(VOTER + "http.listener=127.0.0.1:9093\n")).contains("clashes with quorum.listener");
        assertThat(problemsOf(BROKER.replace("127.0.0.1", ""))).contains("advertised.listener: it must be set");
        assertThat(problemsOf(BROKER + "advertised.listener=0.0.0.0:9090\n")).contains("nobody can connect");
        assertThat(problemsOf(BROKER + "http.listener=http://h:80/\n")).contains("host:port");
    }

    @Test
    void timeoutsMustNotContradictEachOther() throws IOException {
        assertThat(problemsOf(VOTER + "broker.lease.ms=2900\n"))
                .contains("n.properties:7: broker.lease.ms", "two brokers");
        assertThat(problemsOf(VOTER + "broker.clock.drift.margin.ms=1000\n")).contains("drift margin of 1000 ms");
        assertThat(problemsOf(VOTER + "broker.heartbeat.interval.ms=1000\n"))
                .contains("one lost heartbeat ends every ownership", "below 750");
        assertThat(problemsOf(VOTER + "broker.heartbeat.interval.ms=4000\n")).contains("n.properties:7");
        assertThat(problemsOf(VOTER + "broker.rpc.timeout.ms=1600\n")).contains("an answer of 1600 ms");
        assertThat(problemsOf(VOTER + "quorum.election.timeout.ms=3000\n")).contains("is not over before a session");
        assertThat(read(VOTER + "broker.session.timeout.ms=9000\nbroker.heartbeat.interval.ms=2000\n")
                        .get(ConfigKeys.LEASE_MS))
                .isEqualTo(6000);
    }
}
