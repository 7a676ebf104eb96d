package io.muster.agent.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.agent.AgentSettings;
import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.agent.UnfinishedLead;
import io.muster.agent.Workload;
import io.muster.agent.core.AgentState;
import io.muster.agent.metrics.AgentMetrics;
import io.muster.agent.script.LogScript;
import io.muster.agent.script.ScriptedController;
import io.muster.agent.script.ScriptedFeed;
import io.muster.agent.script.Voters;
import io.muster.agent.work.LeadMarks;
import io.muster.error.MusterException;
import io.muster.log.v1.StateKind;
import io.muster.rpc.v1.RefusalCode;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent, with real threads and streams, against a controller inside this process. */
class AgentTest {
    private final LogScript log = new LogScript();
    private final ScriptedFeed feed = new ScriptedFeed(log, true);
    private final ScriptedController controller = new ScriptedController(log, feed);
    private final Voters voters = new Voters();
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<Ownership> owned = new CopyOnWriteArrayList<>();
    private final CountDownLatch mayReturn = new CountDownLatch(1);
    private volatile boolean hang;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AgentMetrics metrics = new AgentMetrics(registry);
    private final AgentSettings settings = AgentSettings.builder(LogScript.CLUSTER, 1, "inc", "dir")
            .advertised("localhost", 7001)
            .bootstrapServers(List.of("v:1"))
            .heartbeatIntervalMs(100)
            .rpcTimeoutMs(500)
            .leaseMs(1500)
            .releaseTimeoutMs(300)
            .build();
    private Agent agent = new Agent(settings, new Noted(), metrics, metrics, LeadMarks.inMemory(), voters);

    private final class Noted implements Workload {
        @Override
        public void prepare(Partition partition) {
            calls.add("prepare");
        }

        @Override
        public void lead(Ownership ownership) {
            calls.add("lead");
            owned.add(ownership);
        }

        @Override
        public void release(Ownership ownership, Duration timeLeft) throws InterruptedException {
            calls.add("release");
            if (hang) {
                mayReturn.await();
            }
        }
    }

    private void start() {
        voters.start("v:1", feed, controller);
        metrics.bind(agent::status);
        agent.start();
    }

    private Ownership leading() throws Exception {
        start();
        agent.active().get(10, TimeUnit.SECONDS);
        synchronized (feed) {
            feed.publish(log.create("orders", StateKind.STATE_NONE, 1, 1, 1));
        }
        await().until(() -> !owned.isEmpty());
        return owned.get(0);
    }

    @AfterEach
    void close() {
        mayReturn.countDown();
        agent.close(false, Duration.ofSeconds(5));
        voters.close();
    }

    @Test
    void joinsLeadsAndLeavesGracefully() throws Exception {
        Ownership ownership = leading();
        assertThat(ownership.guard(() -> "acted")).isEqualTo("acted");
        await().until(() -> agent.status().owned() == 1);
        assertThat(registry.get("muster.agent.partitions.owned").gauge().value())
                .isEqualTo(1);
        assertThat(registry.get("muster.agent.state")
                        .tag("state", "active")
                        .gauge()
                        .value())
                .isEqualTo(1);
        agent.close(true, Duration.ofSeconds(10));
        assertThat(ownership.isValid()).isFalse();
        assertThat(calls).containsExactly("prepare", "lead", "release");
        assertThat(controller.acks).isNotEmpty();
        assertThat(agent.status().state()).isEqualTo(AgentState.STOPPED);
        assertThat(agent.stopped().get(1, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void keepsItsLeaseForManyTimesItsLength() throws Exception {
        Ownership ownership = leading();
        long first = ownership.validUntilNanos();
        await().until(() -> ownership.validUntilNanos() - first > 3_000_000_000L);
        assertThat(ownership.isValid()).isTrue();
        assertThat(calls).containsExactly("prepare", "lead");
    }

    @Test
    void silentControllerCostsTheOwnershipAndItsReturnBringsItBack() throws Exception {
        Ownership ownership = leading();
        controller.silent = true;
        await().until(() -> calls.contains("release"));
        assertThat(ownership.isValid()).isFalse();
        controller.silent = false;
        await().until(() -> owned.size() == 2);
        assertThat(owned.get(1).epoch()).isEqualTo(ownership.epoch());
        assertThat(owned.get(1).isValid()).isTrue();
        assertThat(registry.get("muster.agent.lease.lapses").counter().count()).isPositive();
    }

    @Test
    void survivesTheLossOfItsStreams() throws Exception {
        Ownership ownership = leading();
        voters.kill("v:1");
        voters.start("v:1", feed, controller);
        long atTheCut = ownership.validUntilNanos();
        await().until(() -> ownership.validUntilNanos() - atTheCut > 1_000_000_000L);
        assertThat(ownership.isValid()).isTrue();
        assertThat(calls).containsExactly("prepare", "lead");
    }

    @Test
    void closeDoesNotWaitForAReleaseThatHangsBeyondItsTime() throws Exception {
        Ownership ownership = leading();
        hang = true;
        long before = System.nanoTime();
        agent.close(true, Duration.ofMillis(800));
        assertThat(System.nanoTime() - before).isLessThan(3_000_000_000L);
        assertThat(ownership.isValid()).isFalse();
    }

    @Test
    void refusalForGoodIsToldWithItsSentence() throws Exception {
        controller.refusal = RefusalCode.WRONG_CLUSTER;
        start();
        MusterException failure = agent.stopped().get(10, TimeUnit.SECONDS);
        assertThat(failure).hasMessage("refused by the test");
        assertThatThrownBy(() -> agent.active().get(10, TimeUnit.SECONDS)).hasRootCauseMessage("refused by the test");
        assertThat(agent.status().state()).isEqualTo(AgentState.FAILED);
    }

    @Test
    void whatTheLastProcessDiedOfIsKeptUntilTheRegistrationIsAnswered(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("leads");
        // Resource 7, partition 3 with the bit of a mark in use, leader epoch 11.
        Files.write(
                file,
                ByteBuffer.allocate(20)
                        .putLong(7)
                        .putInt(3 | 1 << 31)
                        .putLong(11)
                        .array());
        agent = new Agent(settings, new Noted(), metrics, metrics, LeadMarks.in(file), voters);
        assertThat(LeadMarks.in(file).found()).containsExactly(new UnfinishedLead(7, 3, 11));
        start();
        agent.active().get(10, TimeUnit.SECONDS);
        assertThat(LeadMarks.in(file).found()).isEmpty();
    }

    @Test
    void agentThatWasNeverStartedClosesAtOnce() {
        agent.close();
        assertThat(agent.status().state()).isEqualTo(AgentState.JOINING);
    }
}
