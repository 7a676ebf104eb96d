package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.muster.agent.Ownership;
import io.muster.agent.Workload;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.metadata.storage.StorageIdentity;
import io.muster.node.MusterNode;
import io.muster.node.config.ConfigKey;
import io.muster.node.config.ConfigKeys;
import io.muster.node.config.NodeConfigReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What operators are given must fit what a node shows and what the command line can do. */
class ShippedAlertsTest {
    private static final Path ALERTS = Path.of("src/dist/prometheus/muster-alerts.yml");
    private static final Path DASHBOARD = Path.of("src/dist/grafana/muster-dashboard.json");
    private static final Path RUNBOOKS = Path.of("../docs/runbooks");

    /** A node shows them from the first time that there is something to show. */
    private static final Set<String> LATER = Set.of("jvm_gc_pause_seconds_max");

    private static final Pattern METRIC = Pattern.compile("\\b(?:muster|ratis|jvm|process|system)_[a-z0-9_]+\\b");

    private static final class Idle implements Workload {
        @Override
        public void lead(Ownership ownership) {}

        @Override
        public void release(Ownership ownership, Duration timeLeft) {}
    }

    @Test
    void promtoolAcceptsTheRulesAndTheyFireWhenTheyShould() throws Exception {
        Optional<Path> promtool = onPath("promtool");
        if (promtool.isEmpty()) {
            String why = "promtool is not installed (Debian package prometheus)";
            System.out.println("skipped: " + why);
            Assumptions.abort(why);
        }
        run(promtool.orElseThrow(), "check", "rules", ALERTS.toString());
        run(promtool.orElseThrow(), "test", "rules", "src/test/resources/alerts-test.yml");
    }

    private static Optional<Path> onPath(String command) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .map(dir -> Path.of(dir, command))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void run(Path tool, String... arguments) throws IOException, InterruptedException {
        String[] command =
                Stream.concat(Stream.of(tool.toString()), Stream.of(arguments)).toArray(String[]::new);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void everyAlertHasAPageAndEveryPageAnAlert() throws IOException {
        String rules = Files.readString(ALERTS);
        List<String> alerts = found("- alert: (\\w+)", rules);
        assertThat(alerts).hasSizeGreaterThan(15).doesNotHaveDuplicates();
        assertThat(found("runbook: runbooks/(\\w+)\\.md", rules)).isEqualTo(alerts);
        for (String wanted : List.of("expr:", "severity:", "summary:", "description:")) {
            assertThat(found("(" + wanted + ")", rules)).as(wanted).hasSize(alerts.size());
        }
        assertThat(pages().keySet()).containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(pages().values())
                .allSatisfy(
                        page -> assertThat(page).contains("## What it means", "## What to look at", "## What to do"));
    }

    @Test
    void everyMetricThatIsNamedIsShownByANode(@TempDir Path dir) throws Exception {
        Set<String> named = new TreeSet<>(found("(" + METRIC.pattern() + ")", Files.readString(ALERTS)));
        dashboardTexts().forEach(text -> named.addAll(found("(" + METRIC.pattern() + ")", text)));
        pages().values().forEach(page -> named.addAll(found("`(" + METRIC.pattern() + ")", page)));
        assertThat(named).hasSizeGreaterThan(25);

        Set<String> shown = new TreeSet<>(LATER);
        for (String line : metricsOfANode(dir).split("\n", -1)) {
            shown.add(line.startsWith("# ") ? line.split(" ", -1)[2] : line.split("[{ ]", 2)[0]);
        }
        assertThat(shown).containsAll(named);
    }

    private static List<String> dashboardTexts() throws IOException {
        JsonObject dashboard =
                JsonParser.parseString(Files.readString(DASHBOARD)).getAsJsonObject();
        List<String> queries = dashboard.getAsJsonArray("panels").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .filter(panel -> panel.has("targets"))
                .flatMap(panel -> panel.getAsJsonArray("targets").asList().stream())
                .map(target -> target.getAsJsonObject().get("expr").getAsString())
                .toList();
        assertThat(queries).hasSizeGreaterThan(20);
        return queries;
    }

    private static String metricsOfANode(Path dir) throws Exception {
        int[] ports = freePorts();
        Path config = Files.writeString(
                dir.resolve("node.properties"),
                "node.id=1\nprocess.roles=controller,broker\nlog.dir=" + dir.resolve("data") + "\nlistener=127.0.0.1:"
                        + ports[0] + "\nhttp.listener=127.0.0.1:" + ports[1]
                        + "\ncontroller.quorum.voters=1@127.0.0.1:" + ports[2]
                        + "\ncontroller.quorum.bootstrap.servers=127.0.0.1:" + ports[0] + "\n");
        StorageDirectory.format(dir.resolve("data"), StorageIdentity.randomUuid(), 1, false);
        try (MusterNode node = MusterNode.start(NodeConfigReader.read(config), new Idle(), exit -> {})) {
            assertThat(node.awaitUnfenced(Duration.ofSeconds(60))).isTrue();
            URI metrics = URI.create("http://127.0.0.1:" + ports[1] + "/metrics");
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                    .body();
        }
    }

    private static int[] freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket a = new ServerSocket(0, 1, loopback);
                ServerSocket b = new ServerSocket(0, 1, loopback);
                ServerSocket c = new ServerSocket(0, 1, loopback)) {
            return new int[] {a.getLocalPort(), b.getLocalPort(), c.getLocalPort()};
        }
    }

    @Test
    void everyCommandAndConfigKeyThatAPageNamesExists() throws IOException {
        Set<String> keys = ConfigKeys.all().stream().map(ConfigKey::name).collect(Collectors.toSet());
        for (Map.Entry<String, String> page : pages().entrySet()) {
            for (String key : found("`((?:broker|quorum|controller|replacement)\\.[a-z.]+)`", page.getValue())) {
                assertThat(keys).as(page.getKey()).contains(key);
            }
            for (String line : found("`muster ([^`]+)`", page.getValue())) {
                assertThat(isCommand(line))
                        .as(page.getKey() + ": muster " + line)
                        .isTrue();
            }
        }
    }

    /** True if the words up to the first argument lead to a command that does something. */
    private static boolean isCommand(String line) {
        CommandLine at = new CommandLine(new MusterCommand());
        for (String word : line.split(" ", -1)) {
            CommandLine next = at.getSubcommands().get(word);
            if (next == null) {
                break;
            }
            at = next;
        }
        return at.getSubcommands().isEmpty();
    }

    private static Map<String, String> pages() throws IOException {
        try (Stream<Path> files = Files.list(RUNBOOKS)) {
            return files.filter(file -> !file.endsWith("README.md"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".md", ""), ShippedAlertsTest::read));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }
}
