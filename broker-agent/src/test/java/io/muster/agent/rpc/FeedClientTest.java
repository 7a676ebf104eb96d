package io.muster.agent.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.agent.script.LogScript;
import io.muster.agent.script.ScriptedFeed;
import io.muster.agent.script.Voters;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FeedClientTest {
    private final LogScript log = new LogScript();
    private final Voters voters = new Voters();
    private final List<MetadataImage> replaced = new CopyOnWriteArrayList<>();
    private final List<Applied> applied = new CopyOnWriteArrayList<>();
    private final FeedClient client = client(LogScript.CLUSTER, "");

    private FeedClient client(String cluster, String preferred) {
        return new FeedClient(cluster, "test", 0, List.of("a:1", "b:1"), preferred, voters, new FeedListener() {
            @Override
            public void replaced(MetadataImage image) {
                replaced.add(image);
            }

            @Override
            public void applied(List<Applied> batches) {
                applied.addAll(batches);
            }
        });
    }

    @AfterEach
    void close() {
        client.close();
        voters.close();
    }

    private ScriptedFeed voter(String endpoint, boolean bySnapshot) {
        ScriptedFeed feed = new ScriptedFeed(log, bySnapshot);
        voters.start(endpoint, feed);
        return feed;
    }

    private void awaitOffset(long offset) {
        await().until(() -> offset() == offset);
    }

    private long offset() {
        if (!applied.isEmpty()) {
            return applied.get(applied.size() - 1).after().nextOffset();
        }
        return replaced.isEmpty() ? -1 : replaced.get(0).nextOffset();
    }

    @Test
    void loadsASnapshotFromItsPiecesAndThenFollows() {
        log.register(1, "i");
        log.create("orders", StateKind.STATE_NONE, 100, -1, 1);
        ScriptedFeed feed = voter("a:1", true);
        client.start();
        awaitOffset(3);
        assertThat(replaced).hasSize(1);
        assertThat(replaced.get(0).partitionCount()).isEqualTo(100);
        feed.publish(log.setState(1, BrokerState.UNFENCED));
        awaitOffset(4);
        assertThat(applied).hasSize(1);
    }

    @Test
    void resumesAtItsOwnOffsetAtAnotherVoter() {
        log.register(1, "i");
        ScriptedFeed first = voter("a:1", true);
        ScriptedFeed second = voter("b:1", true);
        client.start();
        awaitOffset(2);
        assertThat(first.requests).hasSize(1);
        voters.kill("a:1");
        log.setState(1, BrokerState.UNFENCED);
        awaitOffset(3);
        assertThat(second.requests)
                .last()
                .satisfies(r -> assertThat(r.getFromOffset()).isEqualTo(2));
        assertThat(replaced).hasSize(1);
    }

    @Test
    void buildsTheImageFromTheFirstBatchWhenThereIsNoSnapshot() {
        log.register(1, "i");
        voter("b:1", false);
        client.start();
        awaitOffset(2);
        assertThat(applied).hasSize(2);
        assertThat(replaced).isEmpty();
    }

    @Test
    void batchesThatItHasArePassedOver() {
        ScriptedFeed feed = voter("a:1", false);
        client.start();
        awaitOffset(1);
        Applied registered = log.register(1, "i");
        feed.publish(registered, registered);
        feed.publish(log.setState(1, BrokerState.UNFENCED));
        awaitOffset(3);
        assertThat(applied).hasSize(3);
    }

    @Test
    void gapIsMendedByLoadingTheWhole() {
        ScriptedFeed feed = voter("a:1", true);
        client.start();
        awaitOffset(1);
        log.register(1, "i");
        feed.publish(log.setState(1, BrokerState.UNFENCED));
        await().until(() -> replaced.size() == 2);
        assertThat(replaced.get(1).nextOffset()).isEqualTo(3);
        assertThat(feed.requests)
                .last()
                .satisfies(r -> assertThat(r.getFromOffset()).isZero());
    }

    @Test
    void prefersTheVoterItIs() {
        ScriptedFeed mine = voter("me:1", true);
        voter("a:1", true);
        try (FeedClient local = client(LogScript.CLUSTER, "me:1")) {
            local.start();
            await().until(() -> mine.requests.size() == 1);
        }
    }

    @Test
    void imageOfAnotherClusterIsNotTaken() {
        ScriptedFeed feed = voter("a:1", true);
        try (FeedClient foreign = client("another-cluster", "")) {
            foreign.start();
            await().until(() -> feed.requests.size() >= 2);
            assertThat(replaced).isEmpty();
            assertThat(applied).isEmpty();
        }
    }

    @Test
    void voterThatWasHeardJustNowIsNotGivenUp() {
        ScriptedFeed feed = voter("a:1", true);
        client.start();
        awaitOffset(1);
        client.reopen("stands still");
        feed.publish(log.register(1, "i"));
        awaitOffset(2);
        assertThat(feed.requests).hasSize(1);
    }
}
