package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.log.ratis.QuorumHarness.Node;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With an election timeout of 8 s Ratis sends heartbeats every few seconds: far longer than this test waits. */
class CommitTellerTest {
    @TempDir
    Path dir;

    @Test
    void everyFollowerAppliesALoneEntryWithoutWaitingForAHeartbeat() throws Exception {
        try (var quorum = new QuorumHarness(dir, 3, settings -> settings.withElectionTimeoutMs(8000, 16_000))) {
            quorum.startAll();
            Node leader = quorum.awaitLeader();
            for (int offset = 0; offset < 5; offset++) {
                assertThat(QuorumHarness.outcome(QuorumHarness.append(leader, offset, QuorumHarness.filler(offset))))
                        .isEqualTo(AppendOutcome.COMMITTED);

                long next = offset + 1;
                for (Node node : quorum.nodes()) {
                    await().pollInterval(Duration.ofMillis(2))
                            .atMost(Duration.ofSeconds(1))
                            .until(() -> node.log.image().nextOffset() == next);
                }
            }
        }
    }
}
