package io.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines against nodes that answer as told: words, JSON and exit codes. */
class CommandLineTest {
    private record Outcome(int code, String out, String err) {}

    private FakeNode controller;
    private FakeNode follower;

    @BeforeEach
    void start() {
        controller = new FakeNode(1, 1);
        follower = new FakeNode(2, 1);
        follower.controller = controller.address();
    }

    @AfterEach
    void stop() {
        controller.close();
        follower.close();
    }

    private static Outcome muster(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Outcome(code, out.toString(), err.toString());
    }

    private static Outcome at(String bootstrap, String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--bootstrap", bootstrap));
        return muster(all.toArray(String[]::new));
    }

    @Test
    void jsonIsTheReplyWithItsDefaults() {
        Outcome outcome = at(controller.address(), "brokers", "list", "-o", "json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        JsonObject broker = JsonParser.parseString(outcome.out())
                .getAsJsonObject()
                .getAsJsonArray("brokers")
                .get(0)
                .getAsJsonObject();
        assertThat(broker.get("id").getAsInt()).isEqualTo(1);
        assertThat(broker.get("state").getAsString()).isEqualTo("UNFENCED");
        assertThat(broker.get("leaders").getAsInt()).isZero();
        assertThat(broker.get("rack").getAsString()).isEmpty();
    }

    @Test
    void theTableHasAHeadingAndNoFrame() {
        Outcome outcome = at(controller.address(), "brokers", "list");

        assertThat(outcome.out().lines().toList())
                .satisfiesExactly(
                        heading -> assertThat(heading).startsWith("ID").contains("STATE", "LEADS", "REASON"),
                        row -> assertThat(row).contains("UNFENCED", "caught up").doesNotContain("|"));
    }

    @Test
    void brokersAreListedWithTheirStateItsReasonAndTheirLeaseWithin120Columns() {
        Outcome outcome = at(controller.address(), "brokers", "list");

        List<String> lines = outcome.out().lines().toList();
        assertThat(lines.get(0)).endsWith("REASON");
        assertThat(lines.get(1))
                .contains("2026-01-01T00:00:00Z", "1.76s", "0.24s ago")
                .endsWith("caught up");
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThan(120));
    }

    @Test
    void aDescribedPartitionSaysWhereItsHandOverStandsAndWhatHappenedLast() {
        Outcome outcome = at(controller.address(), "partitions", "describe", "orders/3");

        assertThat(outcome.out())
                .containsPattern("Partition: +orders/3")
                .containsPattern("Leader: +none")
                .containsPattern("Phase: +handing over, 2 lets go, 1 is next")
                .containsPattern("Ready: +none")
                .contains("2026-01-01T00:00:00.250Z  PROOF_OF_DEATH")
                .contains("leader 2 -> 1, epoch 36 -> 41")
                .contains("Changes before offset 30 are no longer kept");
    }

    @Test
    void historyIsShownAsItComesAndSaysHowFarBackItReaches() {
        Outcome outcome =
                at(follower.address(), "history", "--partition", "orders/3", "--since", "2026-01-01T00:00:00+01:00");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out().lines()).hasSize(5).last().asString().contains("epoch 36 -> 42");
        assertThat(outcome.err()).isEqualTo("2 changes; the log is kept from offset 30 on.\n");
        assertThat(controller.asked).singleElement().satisfies(r -> {
            assertThat(r.getResource()).isEqualTo("orders");
            assertThat(r.getPartition()).isEqualTo(3);
            assertThat(r.getSinceMs()).isEqualTo(1_767_222_000_000L);
            assertThat(r.getLimit()).isEqualTo(50);
        });
    }

    @Test
    void historyAsJsonIsOneObjectAlsoWhenItIsEmpty() {
        JsonObject two = JsonParser.parseString(
                        at(controller.address(), "history", "-o", "json").out())
                .getAsJsonObject();
        assertThat(two.getAsJsonArray("changes")).hasSize(2);
        assertThat(two.get("firstOffset").getAsString()).isEqualTo("30");

        controller.changes = 0;
        Outcome none = at(controller.address(), "history", "-o", "json");
        assertThat(JsonParser.parseString(none.out()).getAsJsonObject().getAsJsonArray("changes"))
                .isEmpty();
        assertThat(at(controller.address(), "history").err()).startsWith("No change matches");
    }

    @Test
    void aHistoryThatBreaksOffIsNotTakenForWhole() {
        controller.breaksOff = true;
        Outcome outcome = at(controller.address(), "history", "-o", "json");

        assertThat(outcome.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(outcome.err()).contains("broke off and is not whole").contains("Log segment x is damaged");
        assertThat(JsonParser.parseString(outcome.out()).getAsJsonObject().getAsJsonArray("changes"))
                .as("still readable")
                .hasSize(2);
    }

    @Test
    void aParkedPartitionIsReleasedByName() {
        assertThat(at(controller.address(), "partitions", "release", "orders/3", "--dry-run")
                        .out())
                .isEqualToIgnoringNewLines("Released orders/3, dry run");
        assertThat(at(controller.address(), "partitions", "release", "orders").code())
                .isEqualTo(ExitCodes.USAGE);
    }

    @Test
    void theHoldOfFencingIsLiftedForAWhileOrNoLonger() {
        assertThat(at(controller.address(), "brokers", "lift-hold", "--for", "2m", "--reason", "the switch burned")
                        .out())
                .isEqualToIgnoringNewLines("Lifted for 120000 ms: the switch burned");
        assertThat(at(controller.address(), "brokers", "lift-hold", "--end").out())
                .isEqualToIgnoringNewLines("Lifted for 0 ms: ");
    }

    @Test
    void quorumStatusUsesKafkasNames() {
        Outcome outcome = at(controller.address(), "quorum", "status");

        assertThat(outcome.out())
                .containsPattern("ClusterId: +c-1")
                .containsPattern("LeaderId: +1")
                .containsPattern("HighWatermark: +71");
    }

    @Test
    void aNodeThatIsNotTheControllerKnowsTheWay() {
        Outcome outcome = at(follower.address(), "quorum", "status", "-o", "json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("\"leaderId\": 1");
    }

    @Test
    void aDeadBootstrapNodeIsPassedOver() throws IOException {
        Outcome outcome = at(closedPort() + "," + follower.address(), "brokers", "list");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void aStaleHintIsNotFollowedForEver() {
        follower.controller = "127.0.0.1:1";
        Outcome outcome = at(follower.address(), "brokers", "list", "--timeout", "2s");

        assertThat(outcome.code()).isEqualTo(ExitCodes.UNHEALTHY);
        assertThat(outcome.err())
                .contains("no controller")
                .contains("127.0.0.1:1")
                .contains("majority");
    }

    @Test
    void partitionPiecesBecomeOneObject() {
        Outcome outcome = at(controller.address(), "partitions", "list", "-o", "json");

        JsonObject all = JsonParser.parseString(outcome.out()).getAsJsonObject();
        JsonArray partitions = all.getAsJsonArray("partitions");
        assertThat(partitions).hasSize(3);
        assertThat(partitions.get(2).getAsJsonObject().get("leader").getAsInt()).isEqualTo(-1);
        assertThat(partitions.get(0).getAsJsonObject().get("leaderEpoch").getAsString())
                .isEqualTo("41");
        assertThat(all.get("offset").getAsString()).isEqualTo("71");
    }

    @Test
    void aRefusalIsOneSentenceAndExitOne() {
        Outcome outcome =
                at(controller.address(), "resources", "create", "orders", "--partitions", "3", "--replicas", "1");

        assertThat(outcome.code()).isEqualTo(ExitCodes.FAILED);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isEqualTo("muster: Resource 'orders' exists already; choose another name.\n");
    }

    @Test
    void aChangeCarriesItsOptions() {
        at(controller.address(), "resources", "create", "x", "--partitions", "3", "--replicas", "2", "--dry-run");
        at(controller.address(), "partitions", "move", "a/b/7", "--to", "2", "--request-id", "r-1");

        assertThat(controller.created).singleElement().satisfies(r -> {
            assertThat(r.getPartitions()).isEqualTo(3);
            assertThat(r.getOptions().getDryRun()).isTrue();
            assertThat(r.getOptions().getRequestId()).isNotBlank();
            assertThat(r.getOptions().getActor()).isNotBlank();
        });
        assertThat(controller.moved).singleElement().satisfies(r -> {
            assertThat(r.getResource()).isEqualTo("a/b");
            assertThat(r.getPartition()).isEqualTo(7);
            assertThat(r.getOptions().getRequestId()).isEqualTo("r-1");
        });
    }

    @Test
    void nobodyThereIsExitThree() throws IOException {
        String nobody = closedPort();
        Outcome outcome = at(nobody, "brokers", "list");

        assertThat(outcome.code()).isEqualTo(ExitCodes.CANNOT_CONNECT);
        assertThat(outcome.err()).contains(nobody + ": nobody listens there").contains("--bootstrap");
        assertThat(outcome.err().lines()).hasSize(1);
    }

    @Test
    void aPortThatSaysNothingIsExitThree() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Outcome outcome = at("127.0.0.1:" + silent.getLocalPort(), "brokers", "list", "--timeout", "2s");

            assertThat(outcome.code()).isEqualTo(ExitCodes.CANNOT_CONNECT);
            assertThat(outcome.err()).contains("does not answer as a Muster node does");
        }
    }

    @Test
    void aControllerThatDoesNotAnswerIsExitFive() {
        controller.silent = true;
        Outcome outcome = at(controller.address(), "brokers", "list", "--timeout", "2s");

        assertThat(outcome.code()).isEqualTo(ExitCodes.TIMED_OUT);
        assertThat(outcome.err()).contains("did not answer within 2 s");
    }

    @Test
    void noControllerIsExitFour() {
        controller.controllerId = -1;
        Outcome outcome = at(controller.address(), "brokers", "list", "--timeout", "2s");

        assertThat(outcome.code()).isEqualTo(ExitCodes.UNHEALTHY);
        assertThat(outcome.err()).contains("had no controller within 2 s").doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "brokers",
                "brokers list --nonsense",
                "brokers list --bootstrap nowhere",
                "brokers list --bootstrap host:99999",
                "brokers list --timeout soon",
                "brokers list --timeout 999999999h",
                "brokers list -o xml",
                "brokers describe one",
                "resources create x --partitions many --replicas 1",
                "resources create x --replicas 1",
                "partitions move orders --to 1",
                "partitions move orders/3",
                "node",
                "storage format",
                "demo --kill everyone",
                "demo --nodes 0",
                "demo --nodes 2",
                "demo --replicas 4",
                "demo --partitions 0",
                "log dump",
                "log verify",
                "simulate --seeds 0",
                "simulate --hours 0",
                "simulate --hours many",
                "simulate --threads 0",
                "history --since tomorrow",
                "history --since 999999999d",
                "history --since +999999999-01-01T00:00:00Z",
                "history --limit -1",
                "history --limit 10001",
                "history --from -1",
                "history --partition orders",
                "history --partition orders/1 --resource orders",
                "history --broker one",
                "partitions describe",
                "partitions describe orders",
            })
    void wrongUsageIsExitTwoAndSaysWhereHelpIs(String line) {
        Outcome outcome = muster(line.split(" "));

        assertThat(outcome.code()).as(outcome.err()).isEqualTo(ExitCodes.USAGE);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).startsWith("muster: ").contains("--help").doesNotContain("Exception");
    }

    @Test
    void aSimulationSaysWhatItWas() {
        Outcome outcome = muster("simulate", "--seed", "5", "--seeds", "2", "--hours", "0.05", "-o", "json");

        assertThat(outcome.code()).as(outcome.err()).isZero();
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertThat(json.get("seeds").getAsInt()).isEqualTo(2);
        assertThat(json.get("simulatedHours").getAsDouble()).isGreaterThanOrEqualTo(0.1);
        assertThat(json.getAsJsonObject("faults").keySet()).isNotEmpty();
        assertThat(json.getAsJsonObject("invariantChecks").keySet()).contains("1", "5", "7", "12");
        assertThat(json.getAsJsonArray("failures")).isEmpty();
    }

    @Test
    void aTracedSimulationTellsEveryStepAndIsTheSameEachTime() {
        String[] line = {"simulate", "--seed", "3", "--seeds", "1", "--hours", "0.02", "--trace"};
        List<String> steps =
                muster(line).out().lines().filter(l -> l.contains(" s  ")).toList();

        assertThat(steps).anyMatch(step -> step.contains("committed 0 in term 1: BOOTSTRAP"));
        assertThat(muster(line).out().lines().filter(l -> l.contains(" s  ")).toList())
                .isEqualTo(steps);
    }

    @Test
    void whatIsWrongIsSaidInPlainWords() {
        assertThat(muster("foo").err()).startsWith("muster: there is no 'muster foo': say demo, storage");
        assertThat(muster("brokers", "lst").err())
                .startsWith(
                        "muster: there is no 'muster brokers lst': say list, describe, fence, unfence or lift-hold\n");
        assertThat(muster("brokers", "list", "extra").err())
                .startsWith("muster: 'extra' is more than 'muster brokers list' can use\n");
        assertThat(muster("-o", "json").err()).startsWith("muster: 'muster' has no option '-o'\n");
        assertThat(muster("brokers", "describe", "x").err()).contains("'x' is no whole number");
        assertThat(muster("history", "--from", "9999999999999999999").err()).contains("is too large a number");
        assertThat(muster("demo", "--set", "foo").err()).doesNotContain("option option");
    }

    @Test
    void helpMayBeAskedForFirst() {
        Outcome first = muster("help", "brokers", "list");
        assertThat(first.code()).isZero();
        assertThat(first.out()).isEqualTo(muster("brokers", "list", "--help").out());
        assertThat(muster("help").out()).contains("Exit codes:");
    }

    @Test
    void helpOfEveryCommandIsExitZero() {
        for (String line : List.of("--help", "demo --help", "brokers --help", "partitions move --help", "--version")) {
            Outcome outcome = muster(line.split(" "));
            assertThat(outcome.code()).as(line).isZero();
            assertThat(outcome.out()).as(line).isNotBlank().doesNotContain("\u001b");
        }
    }

    @Test
    void randomUuidsDiffer() {
        String one = muster("storage", "random-uuid").out().strip();
        assertThat(one)
                .hasSize(36)
                .isNotEqualTo(muster("storage", "random-uuid").out().strip());
    }

    private static String closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }
}
