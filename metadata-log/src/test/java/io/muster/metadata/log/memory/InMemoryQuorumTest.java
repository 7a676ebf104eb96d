package io.muster.metadata.log.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.ImageFixture;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.log.HistoryReader;
import io.muster.metadata.log.RecordingListener;
import io.muster.metadata.record.LogCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class InMemoryQuorumTest {
    private final InMemoryQuorum quorum = new InMemoryQuorum(new TreeSet<>(List.of(1, 2, 3)), QuorumDriver.MANUAL);
    private final RecordingListener first = new RecordingListener();
    private final RecordingListener second = new RecordingListener();
    private final InMemoryMetadataLog one = quorum.open(1);
    private final InMemoryMetadataLog two = quorum.open(2);

    InMemoryQuorumTest() {
        one.start(first);
        two.start(second);
    }

    private static LogEntry entry(long epoch, long offset) {
        return LogCodec.entry(
                epoch,
                List.of(ImageFixture.batchAt(
                        offset, epoch, ImageFixture.broker((int) offset, "i" + epoch + "-" + offset))));
    }

    private static Object outcome(CompletionStage<AppendOutcome> stage) {
        return stage.toCompletableFuture().getNow(null) == null
                ? "pending"
                : stage.toCompletableFuture().join();
    }

    @Test
    void aLeaderCommitsAndEveryoneApplies() {
        quorum.lead(1);
        var appended = one.append(entry(1, 0));
        assertThat(outcome(appended)).isEqualTo("pending");
        quorum.settle();
        assertThat(outcome(appended)).isEqualTo(AppendOutcome.COMMITTED);
        assertThat(second.heard).containsExactly("leader 1@1", "applied 0@1");
        assertThat(outcome(two.append(entry(1, 1)))).isEqualTo(AppendOutcome.REFUSED);
    }

    @Test
    void aLostTailIsUnknownAndGone() {
        quorum.lead(1);
        var kept = one.append(entry(1, 0));
        var lost = one.append(entry(1, 1));
        quorum.elect(2, 1);
        quorum.establish();
        assertThat(outcome(kept)).isEqualTo("pending");
        quorum.tellEverybody();
        assertThat(outcome(kept)).as("unknown, and it commits").isEqualTo(AppendOutcome.UNKNOWN);
        assertThat(outcome(lost)).isEqualTo(AppendOutcome.UNKNOWN);
        quorum.settle();
        assertThat(one.image().nextOffset()).isEqualTo(1);
        assertThat(second.heard).endsWith("applied 0@1", "leader 2@2", "leading 2 from 1");
    }

    @Test
    void aStaleLeaderGoesOnInVainUntilALaterEntryReachesIt() {
        quorum.lead(1);
        quorum.elect(2, 0);
        quorum.establish();
        var inVain = one.append(entry(1, 0));
        quorum.commit(10);
        assertThat(one.leadingTerm()).isEqualTo(1);
        two.append(entry(2, 0));
        quorum.settle();
        assertThat(outcome(inVain)).isEqualTo(AppendOutcome.UNKNOWN);
        assertThat(first.heard).containsSubsequence("leading 1 from 0", "not leading", "applied 0@2");
    }

    @Test
    void aLateEntryOfAnOldTermIsIgnoredEverywhere() {
        quorum.lead(1);
        quorum.hold(1);
        var late = one.append(entry(1, 0));
        quorum.lead(2);
        quorum.lead(1);
        assertThat(outcome(late)).isEqualTo(AppendOutcome.UNKNOWN);
        assertThat(quorum.releaseHeld()).isEqualTo(1);
        quorum.settle();
        assertThat(one.image().nextOffset()).isZero();
        assertThat(first.heard).endsWith("ignored@3");
        assertThat(second.heard).endsWith("ignored@3");
    }

    @Test
    void aRestartGoesOnFromItsSnapshotAndTheSuffix() {
        quorum.lead(1);
        one.append(entry(1, 0));
        quorum.settle();
        quorum.takeSnapshot(2);
        one.append(entry(1, 1));
        quorum.settle();
        quorum.crash(2);

        RecordingListener again = new RecordingListener();
        InMemoryMetadataLog restarted = quorum.open(2);
        restarted.start(again);
        assertThat(restarted.image().nextOffset()).isEqualTo(1);
        quorum.settle();
        assertThat(again.heard).containsExactly("applied 1@1");
        assertThat(ImageFixture.bytes(restarted.image())).isEqualTo(ImageFixture.bytes(one.image()));
    }

    @Test
    void aFollowerThatIsFarBehindGetsASnapshot() {
        quorum.lead(1);
        one.append(entry(1, 0));
        one.append(entry(1, 1));
        quorum.commit(2);
        quorum.deliver(1, 2);
        quorum.takeSnapshot(1);
        assertThat(quorum.installSnapshot(1, 2)).isTrue();
        assertThat(quorum.installSnapshot(1, 2)).isFalse();
        quorum.settle();
        assertThat(second.heard).containsExactly("leader 1@1", "replaced 2");
    }

    @Test
    void autoCommitAppliesInsideAppend() {
        InMemoryQuorum single = InMemoryQuorum.autoCommit();
        InMemoryMetadataLog log = single.open(1);
        RecordingListener heard = new RecordingListener();
        log.start(heard);
        single.lead(1);
        assertThat(outcome(log.append(entry(1, 0)))).isEqualTo(AppendOutcome.COMMITTED);
        assertThat(log.image().nextOffset()).isEqualTo(1);
    }

    @Test
    void historyTellsWhatCountedAndNothingThatIsNotApplied() {
        quorum.lead(1);
        one.append(entry(1, 0));
        one.append(entry(1, 0)); // behind nothing: it commits, and counts nowhere
        one.append(entry(1, 1));
        quorum.settle();
        one.append(entry(1, 2)); // not committed
        List<String> told = new ArrayList<>();
        one.readHistory(new HistoryReader() {
            @Override
            public void begins(MetadataImage image) {
                told.add("begins " + image.nextOffset());
            }

            @Override
            public boolean next(Applied applied) {
                told.add("offset " + applied.offset() + " brokers "
                        + applied.after().brokerCount());
                return true;
            }
        });
        assertThat(told).containsExactly("begins 0", "offset 0 brokers 1", "offset 1 brokers 2");
    }
}
