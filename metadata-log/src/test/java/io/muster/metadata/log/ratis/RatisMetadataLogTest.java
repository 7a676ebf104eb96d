package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.ImageFixture;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.log.ReplicationStatus;
import io.muster.metadata.log.ratis.QuorumHarness.Node;
import io.muster.metadata.record.LogCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on real files and loopback sockets: one voter, then three. */
class RatisMetadataLogTest {
    @TempDir
    Path dir;

    @Test
    void oneVoterAppliesInOrderAndRecoversAfterRestart() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 50);
            assertThat(QuorumHarness.outcome(node.log.append(QuorumHarness.barrier(node, 7))))
                    .isEqualTo(AppendOutcome.COMMITTED);
            List<String> expected = new ArrayList<>(List.of("leader 1", "leading from 0"));
            for (int offset = 0; offset < 50; offset++) {
                expected.add("applied " + offset);
            }
            expected.add("barrier 7");
            assertThat(node.listener.heard).containsExactlyElementsOf(expected);
            assertThat(node.storage.wasBootstrapped()).isTrue();
            byte[] before = QuorumHarness.bytes(node.log.image());
            quorum.stop(1);

            Node again = quorum.start(1);
            quorum.awaitLeader();

            assertThat(QuorumHarness.bytes(again.log.image())).isEqualTo(before);
            assertThat(again.listener.heard).contains("leading from 50");
            assertThat(again.listener.failures).isEmpty();
            assertThat(node.listener.failures).isEmpty();
        }
    }

    @Test
    void refusedEntriesCostNobodyLeadership() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 1);
            long epoch = node.listener.leadingEpoch;
            var large = ImageFixture.batchAt(1, epoch, ImageFixture.request("r", "x".repeat(4_000_000)));

            AppendOutcome oversize = QuorumHarness.outcome(node.log.append(LogCodec.entry(epoch, List.of(large))));
            AppendOutcome stale = QuorumHarness.outcome(node.log.append(
                    LogCodec.entry(epoch - 1, List.of(ImageFixture.batchAt(1, epoch - 1, QuorumHarness.filler(1))))));
            AppendOutcome gap = QuorumHarness.outcome(QuorumHarness.append(node, 9, QuorumHarness.filler(9)));
            AppendOutcome good = QuorumHarness.outcome(QuorumHarness.append(node, 1, QuorumHarness.filler(1)));

            assertThat(List.of(oversize, stale, gap, good))
                    .containsExactly(
                            AppendOutcome.REFUSED,
                            AppendOutcome.REFUSED,
                            AppendOutcome.REFUSED,
                            AppendOutcome.COMMITTED);
            assertThat(node.listener.heard).contains("ignored").doesNotContain("not leading");
            assertThat(node.log.leadership().epoch()).isEqualTo(epoch);
        }
    }

    @Test
    void entryOfAStaleEpochIsANoOpEverywhereThoughItIsInTheLog() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 1);
            long epoch = node.listener.leadingEpoch;
            LogEntry stale =
                    LogCodec.entry(epoch + 5, List.of(ImageFixture.batchAt(1, epoch + 5, QuorumHarness.filler(1))));
            var disguised = new EntryMessage(LogCodec.barrier(epoch, 1), ByteString.copyFrom(stale.toByteArray()));

            node.log.appendUnchecked(disguised).toCompletableFuture().get(10, TimeUnit.SECONDS);
            quorum.stop(1);
            Node again = quorum.start(1);
            quorum.awaitLeader();

            assertThat(again.listener.heard).contains("ignored");
            assertThat(again.log.image().nextOffset()).isEqualTo(1);
            assertThat(again.listener.failures).isEmpty();
        }
    }

    @Test
    void entryOfAFutureLevelEndsAVoterThatCannotReadIt() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            LogEntry future = LogEntry.newBuilder()
                    .setFormatLevel(LogCodec.FORMAT_LEVEL + 1)
                    .setControllerEpoch(1)
                    .build();
            assertThat(QuorumHarness.outcome(node.log.append(future))).isEqualTo(AppendOutcome.REFUSED);
            var disguised = new EntryMessage(
                    LogCodec.barrier(node.listener.leadingEpoch, 1), ByteString.copyFrom(future.toByteArray()));
            node.log.appendUnchecked(disguised).toCompletableFuture().get(10, TimeUnit.SECONDS);
            quorum.stop(1);

            Node again = quorum.start(1);

            await().until(() -> !again.listener.failures.isEmpty());
            assertThat(again.listener.failures).hasSize(1);
            assertThat(again.listener.failures.get(0))
                    .contains("format level 2")
                    .contains("upgrade this node");
        }
    }

    @Test
    void snapshotPurgesTheLogAndIsLoadedAtRestart() throws Exception {
        try (var quorum = new QuorumHarness(
                dir, 1, settings -> settings.withSnapshots(100, 0).withSegmentBytes(1 << 16))) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            for (int round = 0; round < 10; round++) {
                QuorumHarness.appendMany(node, 200);
                await().until(() ->
                        !RaftFiles.snapshots(node.storage.raftDirectory()).isEmpty());
            }
            await().until(() -> {
                QuorumHarness.appendMany(node, 1);
                return RaftFiles.segments(node.storage.raftDirectory()).get(0).firstIndex() > 0;
            });
            assertThat(node.log.takeSnapshot().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isEqualTo(node.log.image().nextOffset());
            assertThat(RaftFiles.snapshots(node.storage.raftDirectory())).hasSizeLessThanOrEqualTo(3);
            QuorumHarness.appendMany(node, 5);
            byte[] before = QuorumHarness.bytes(node.log.image());
            long next = node.log.image().nextOffset();
            quorum.stop(1);
            assertLogIsReadFromASnapshotTo(next);

            Node again = quorum.start(1);
            quorum.awaitLeader();

            assertThat(again.listener.heard.get(0)).isIn("replaced " + (next - 5), "replaced " + next);
            assertThat(QuorumHarness.bytes(again.log.image())).isEqualTo(before);
            assertThat(again.listener.failures).isEmpty();
        }
    }

    private void assertLogIsReadFromASnapshotTo(long next) {
        List<MetadataImage> images = new ArrayList<>();
        RatisLogReader.read(dir.resolve("node1"), item -> {
            if (item instanceof RatisLogReader.Item.Snapshot snapshot) {
                images.add(snapshot.image());
            } else if (item instanceof RatisLogReader.Item.Entry entry) {
                MetadataImage image = images.get(images.size() - 1);
                for (Batch batch : entry.entry().getBatchesList()) {
                    image = image.apply(batch).after();
                }
                images.set(images.size() - 1, image);
            }
        });
        assertThat(images).singleElement().extracting(MetadataImage::nextOffset).isEqualTo(next);
    }

    @Test
    void threeVotersAgreeThroughALeaderChangeAndKnowHowFarEachIs() throws Exception {
        try (var quorum = new QuorumHarness(dir, 3, settings -> settings)) {
            quorum.startAll();
            Node leader = quorum.awaitLeader();
            QuorumHarness.appendMany(leader, 20);
            quorum.awaitOffset(20);
            await().until(() -> leader.log.replication().voters().stream()
                    .allMatch(voter ->
                            voter.logEndIndex() == leader.log.replication().logEndIndex()));
            ReplicationStatus status = leader.log.replication();
            assertThat(status.leadership().isLocal()).isTrue();
            assertThat(status.voters())
                    .extracting(ReplicationStatus.VoterStatus::nodeId)
                    .containsExactly(1, 2, 3);
            assertThat(status.voters())
                    .allSatisfy(voter -> assertThat(voter.lastContactMs()).isBetween(0L, 5000L));

            assertThat(leader.log.resign().toCompletableFuture().get(10, TimeUnit.SECONDS))
                    .isTrue();
            await().until(() -> leader.listener.leadingEpoch == 0);
            Node next = quorum.awaitLeader();

            assertThat(next).isNotSameAs(leader);
            assertThat(leader.listener.heard).contains("not leading");
            assertThat(QuorumHarness.outcome(QuorumHarness.append(leader, QuorumHarness.filler(20))))
                    .isEqualTo(AppendOutcome.REFUSED);
            QuorumHarness.appendMany(next, 20);
            quorum.awaitOffset(40);
            for (Node node : quorum.nodes()) {
                assertThat(QuorumHarness.bytes(node.log.image())).isEqualTo(QuorumHarness.bytes(next.log.image()));
                assertThat(node.listener.failures).isEmpty();
            }
        }
    }

    /** The figures are made up, the quorum is not: a disk that takes two seconds for every write, and ends each. */
    @Test
    void leaderWhoseDiskIsSlowHandsLeadershipOnBeforeItHurts() throws Exception {
        try (var quorum = new QuorumHarness(dir, 3, settings -> settings)) {
            quorum.startAll();
            Node leader = quorum.awaitLeader();
            long start = System.nanoTime();
            for (long ms = 0; ms <= 13_000; ms += 100) {
                leader.log.watchDisk(ms / 2000 * 20, 20 + ms / 100, start + TimeUnit.MILLISECONDS.toNanos(ms));
            }
            await().until(() -> leader.listener.leadingEpoch == 0);
            assertThat(quorum.awaitLeader()).isNotSameAs(leader);
        }
    }

    @Test
    void voterThatWasAwayIsGivenASnapshot() throws Exception {
        try (var quorum = new QuorumHarness(
                dir, 3, settings -> settings.withSnapshots(100, 0).withSegmentBytes(1 << 16))) {
            quorum.startAll();
            Node leader = quorum.awaitLeader();
            QuorumHarness.appendMany(leader, 10);
            quorum.awaitOffset(10);
            int away = leader == quorum.node(3) ? 2 : 3;
            quorum.stop(away);
            await().until(() -> {
                QuorumHarness.appendMany(leader, 200);
                return RaftFiles.segments(leader.storage.raftDirectory()).get(0).firstIndex() > 20;
            });
            long next = leader.log.image().nextOffset();

            Node back = quorum.start(away);
            quorum.awaitOffset(next);

            assertThat(back.listener.heard).anyMatch(line -> line.startsWith("replaced "));
            assertThat(QuorumHarness.bytes(back.log.image())).isEqualTo(QuorumHarness.bytes(leader.log.image()));
            QuorumHarness.appendMany(leader, 10);
            quorum.awaitOffset(next + 10);
            assertThat(back.listener.failures).isEmpty();
            byte[] before = QuorumHarness.bytes(back.log.image());
            quorum.stop(away);
            Node again = quorum.start(away);
            quorum.awaitOffset(next + 10);
            assertThat(QuorumHarness.bytes(again.log.image())).isEqualTo(before);
        }
    }

    @Test
    void voterThatKnowsItsLeaderIsGoneStandsAtOnce() throws Exception {
        try (var quorum = new QuorumHarness(dir, 3, settings -> settings.withElectionTimeoutMs(2000, 3000))) {
            quorum.startAll();
            Node leader = quorum.awaitLeader();
            QuorumHarness.appendMany(leader, 10);
            quorum.awaitOffset(10);
            int dead = leader.storage.identity().nodeId();
            quorum.stop(dead);

            long before = System.nanoTime();
            for (Node node : quorum.nodes()) {
                node.log.leaderIsGone(dead);
            }
            Node next = quorum.awaitLeader();

            long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
            assertThat(tookMs).isLessThan(1200);
            QuorumHarness.appendMany(next, 10);
            quorum.awaitOffset(20);
        }
    }

    @Test
    void leaderThatWasHeardOfAgainIsNotDisturbed() throws Exception {
        try (var quorum = new QuorumHarness(dir, 3, settings -> settings)) {
            quorum.startAll();
            Node leader = quorum.awaitLeader();
            QuorumHarness.appendMany(leader, 1);
            quorum.awaitOffset(1);
            long epoch = leader.listener.leadingEpoch;
            leader.log.leaderIsGone(leader.storage.identity().nodeId());
            QuorumHarness.appendMany(leader, 100);
            assertThat(leader.listener.leadingEpoch).isEqualTo(epoch);
        }
    }

    @Test
    void logThatLostItsTailIsRefused() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 100);
            await().until(() -> new CommittedMark(node.storage.committedMark()).read() >= 100);
            quorum.stop(1);
            RaftFiles.Segment last =
                    RaftFiles.segments(node.storage.raftDirectory()).get(0);
            DamagedFiles.cut(last.file(), 10_000);

            assertThatThrownBy(() -> quorum.start(1))
                    .isInstanceOf(MusterException.class)
                    .hasMessageContaining("its tail is lost")
                    .extracting(error -> ((MusterException) error).code())
                    .isEqualTo(ErrorCode.CORRUPT);
        }
    }

    @Test
    void damagedLogAndLostLogAreRefused() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 100);
            quorum.stop(1);
            Path file = RaftFiles.segments(node.storage.raftDirectory()).get(0).file();
            DamagedFiles.flipBit(file, 3000);
            List<RatisLogReader.Item> before = new ArrayList<>();
            assertThatThrownBy(() -> RatisLogReader.read(quorum.directory(1), before::add))
                    .isInstanceOf(MusterException.class)
                    .hasMessageContaining("checksum differs");
            assertThat(before).isNotEmpty();
            assertThatThrownBy(() -> quorum.start(1))
                    .isInstanceOf(MusterException.class)
                    .hasMessageContaining("damage");

            DamagedFiles.deleteTree(node.storage.raftDirectory());
            assertThatThrownBy(() -> quorum.start(1))
                    .isInstanceOf(MusterException.class)
                    .hasMessageContaining("is gone; restore it");
        }
    }

    @Test
    void portInUseIsASentenceAndNotTheEndOfTheProcess() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings);
                var taken = new java.net.ServerSocket(
                        quorum.settings(1).bindPort(), 1, java.net.InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(() -> quorum.start(1))
                    .isInstanceOf(MusterException.class)
                    .hasMessageContaining(
                            "cannot bind to port " + quorum.settings(1).bindPort());
        }
    }

    @Test
    void readerSeesEveryEntryOfARunningVoter() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 100);
            List<Long> offsets = new ArrayList<>();

            RatisLogReader.read(quorum.directory(1), item -> {
                if (item instanceof RatisLogReader.Item.Entry entry) {
                    entry.entry().getBatchesList().forEach(batch -> offsets.add(batch.getBaseOffset()));
                }
            });

            assertThat(offsets).hasSize(100).isSorted().startsWith(0L).endsWith(99L);
        }
    }
}
