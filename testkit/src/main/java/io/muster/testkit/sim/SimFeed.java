package io.muster.testkit.sim;

import io.muster.log.v1.Batch;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.SplittableRandom;

/** Follows the feed of some voter for one broker: a snapshot if needed, then every batch once, in order. */
final class SimFeed {
    private static final long MS = 1_000_000;

    private final SimCluster cluster;
    private final SimProcess process;
    private final SplittableRandom random;
    private final SimBroker broker;
    private MetadataImage image = MetadataImage.EMPTY;
    private long generation;
    private int target;

    SimFeed(SimCluster cluster, SimProcess process, SplittableRandom random, SimBroker broker) {
        this.cluster = cluster;
        this.process = process;
        this.random = random;
        this.broker = broker;
        this.target = random.nextInt(1000);
    }

    void reopen(String because) {
        target++;
        open(because);
    }

    void open(String because) {
        long mine = ++generation;
        int node = cluster.voterIds().get(target % cluster.voterIds().size());
        SimVoter voter = cluster.voter(node);
        if (voter == null || !cluster.network().connected(process.node(), node)) {
            target++;
            process.after(200 * MS + random.nextLong(300 * MS), () -> retry(mine, because));
            return;
        }
        Watcher watcher = new Watcher(mine);
        Channel channel = cluster.network()
                .open(process, voter.process(), () -> retry(mine, "the feed broke"), () -> voter.unwatch(watcher));
        watcher.channel = channel;
        long from = image.nextOffset();
        channel.up(() -> voter.watch(watcher, from));
    }

    private void retry(long mine, String because) {
        if (mine == generation) {
            target++;
            open(because);
        }
    }

    /** The voter's end of one watch. */
    final class Watcher {
        private final long mine;
        private Channel channel;

        @SuppressWarnings("NullAway.Init") // set right after the channel is opened
        Watcher(long mine) {
            this.mine = mine;
        }

        void batch(Applied applied) {
            channel.downAtLeastOnce(() -> arrived(applied));
        }

        void snapshot(MetadataImage whole) {
            channel.down(() -> {
                if (mine == generation && whole.nextOffset() > image.nextOffset()) {
                    image = whole;
                    broker.imageReplaced(whole);
                }
            });
        }

        private void arrived(Applied applied) {
            Batch batch = applied.batch();
            if (mine != generation || batch.getBaseOffset() < image.nextOffset()) {
                return;
            }
            if (batch.getBaseOffset() > image.nextOffset()) {
                channel.closeByClient();
                reopen("batches are missing");
                return;
            }
            // The voter's own step is as good as the same step made again, and much cheaper.
            Applied mineApplied = applied.before() == image ? applied : image.apply(batch);
            image = mineApplied.after();
            broker.applied(mineApplied);
        }
    }
}
