package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.HistoryReader;
import io.muster.metadata.log.ratis.QuorumHarness.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatisHistoryTest {
    @TempDir
    private Path dir;

    /** Keeps the offsets that it hears, up to a number of them. */
    private static final class Offsets implements HistoryReader {
        private final int wanted;
        private final List<Long> heard = new ArrayList<>();
        private long first = -1;

        Offsets(int wanted) {
            this.wanted = wanted;
        }

        @Override
        public void begins(MetadataImage image) {
            first = image.nextOffset();
        }

        @Override
        public boolean next(Applied applied) {
            heard.add(applied.offset());
            return heard.size() < wanted;
        }
    }

    @Test
    void aRunningVoterTellsItsWholeLogAndStopsWhenToldTo() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            QuorumHarness.appendMany(node, 30);

            var all = new Offsets(Integer.MAX_VALUE);
            node.log.readHistory(all);
            assertThat(all.first).isZero();
            assertThat(all.heard).hasSize(30).startsWith(0L).endsWith(29L);

            var some = new Offsets(7);
            node.log.readHistory(some);
            assertThat(some.heard).hasSize(7);
        }
    }

    @Test
    void afterPurgingItSaysWhereItBeginsAndReachesBehindTheNewestSnapshot() throws Exception {
        try (var quorum = new QuorumHarness(
                dir, 1, settings -> settings.withSnapshots(100, 200).withSegmentBytes(1 << 16))) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            await().until(() -> {
                QuorumHarness.appendMany(node, 100);
                return RaftFiles.segments(node.storage.raftDirectory()).get(0).firstIndex() > 0;
            });
            long next = node.log.image().nextOffset();

            var all = new Offsets(Integer.MAX_VALUE);
            node.log.readHistory(all);

            assertThat(all.first).isPositive().isLessThan(next - 100);
            assertThat(all.heard)
                    .hasSize((int) (next - all.first))
                    .startsWith(all.first)
                    .endsWith(next - 1);
        }
    }
}
