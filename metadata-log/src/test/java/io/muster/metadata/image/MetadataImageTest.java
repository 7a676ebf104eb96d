package io.muster.metadata.image;

import static io.muster.metadata.image.PartitionState.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Record;
import org.junit.jupiter.api.Test;

class MetadataImageTest {
    private final ImageFixture cluster = ImageFixture.cluster(4);

    @Test
    void aNewResourceIsReadyOnLiveBrokersAndLedFromItsOffset() {
        cluster.apply(cluster.state(3, BrokerState.FENCED));
        Applied applied = cluster.apply(cluster.resource("orders", new int[] {1, 3}, new int[] {2, 1}));

        PartitionState first = cluster.at("orders", 0);
        assertThat(first.leader()).isEqualTo(1);
        assertThat(first.leaderEpoch()).isEqualTo(applied.offset());
        assertThat(first.isReady(1)).isTrue();
        assertThat(first.isReady(3)).isFalse();
        assertThat(cluster.at("orders", 1).isFullyReady()).isTrue();
        assertThat(cluster.image().work(1).replicas()).isEqualTo(2);
        assertThat(cluster.image().work(1).leaders()).isEqualTo(1);
        assertThat(cluster.image().sets().notReadyCount()).isEqualTo(1);
        assertThat(applied.delta().created()).extracting(Resource::name).containsExactly("orders");
        assertThat(applied.delta().partitions())
                .hasSize(2)
                .allSatisfy(c -> assertThat(c.before()).isNull());
    }

    @Test
    void fencingMovesLeadershipInTheSameBatch() {
        cluster.apply(cluster.resource("orders", new int[] {1, 2}));
        Applied fenced = cluster.apply(
                cluster.state(1, BrokerState.FENCED),
                cluster.change(0, e -> e.ready(1, false).leader(2)));

        PartitionState after = cluster.at("orders", 0);
        assertThat(after.leader()).isEqualTo(2);
        assertThat(after.leaderEpoch()).isEqualTo(fenced.offset());
        assertThat(cluster.image().broker(1).orElseThrow().isFenced()).isTrue();
        assertThat(cluster.image().work(1).leaders()).isZero();
        assertThat(cluster.image().sets().notPreferredCount()).isEqualTo(1);
        assertThat(fenced.before().work(1).leaders()).isEqualTo(1);
    }

    @Test
    void aLostLeaderKeepsItsEpochAsTheFloorForTheNextGrant() {
        cluster.apply(cluster.resource("orders", new int[] {1, 2}));
        long first = cluster.at("orders", 0).leaderEpoch();
        cluster.apply(cluster.change(0, e -> e.leader(NONE).releasing(1).target(2)));
        assertThat(cluster.at("orders", 0).leaderEpoch()).isEqualTo(first);
        assertThat(cluster.at("orders", 0).phase()).isEqualTo("handing over");
        Applied granted =
                cluster.apply(cluster.change(0, e -> e.leader(1).releasing(NONE).target(NONE)));
        assertThat(cluster.at("orders", 0).leaderEpoch()).isEqualTo(granted.offset());
    }

    @Test
    void deletedSlotsAreUsedAgainLowestFirst() {
        cluster.apply(cluster.resource("a", new int[] {1}, new int[] {2}));
        cluster.apply(cluster.resource("b", new int[] {1}));
        cluster.apply(cluster.resource("c", new int[] {1}, new int[] {2}, new int[] {3}));
        Applied removed = cluster.apply(cluster.resourceRemoved("a"));

        assertThat(removed.delta().partitions())
                .hasSize(2)
                .allSatisfy(c -> assertThat(c.after()).isNull());
        assertThat(cluster.image().isUsed(0)).isFalse();
        assertThat(cluster.image().partitionCount()).isEqualTo(4);
        assertThat(cluster.image().allocateSlots(1)).isZero();
        assertThat(cluster.image().allocateSlots(2)).isZero();
        assertThat(cluster.image().allocateSlots(3)).isEqualTo(6);
        assertThatThrownBy(() -> cluster.image().partitionAt(0)).isInstanceOf(IllegalArgumentException.class);

        cluster.apply(cluster.resource("d", new int[] {3}));
        assertThat(cluster.at("d", 0).slot()).isZero();
        assertThat(cluster.image().tableSize()).isEqualTo(6);
    }

    @Test
    void aHoleAtTheEndOfTheTableGrowsInsteadOfLeavingAGap() {
        cluster.apply(cluster.resource("a", new int[] {1}, new int[] {2}));
        cluster.apply(cluster.resource("b", new int[] {1}));
        cluster.apply(cluster.resourceRemoved("b"));
        assertThat(cluster.image().allocateSlots(3)).isEqualTo(2);
        cluster.apply(cluster.resource("c", new int[] {1}, new int[] {2}, new int[] {3}));
        assertThat(cluster.at("c", 0).slot()).isEqualTo(2);
        assertThat(cluster.image().tableSize()).isEqualTo(5);
    }

    @Test
    void answersAreKeptUpToALimitAndARepeatedIdKeepsItsNewestAnswer() {
        cluster.apply(ImageFixture.request("first", "1"));
        cluster.apply(ImageFixture.request("again", "old"));
        for (int i = 0; i < MetadataImage.MAX_KEPT_REQUESTS - 2; i++) {
            cluster.apply(ImageFixture.request("r" + i, "x"));
        }
        assertThat(cluster.image().answerTo("first")).isPresent();
        cluster.apply(ImageFixture.request("again", "new"));
        assertThat(cluster.image().answerTo("first")).isPresent();
        cluster.apply(ImageFixture.request("one more", "x"));
        assertThat(cluster.image().answerTo("first")).isEmpty();
        cluster.apply(ImageFixture.request("and more", "x"));
        assertThat(cluster.image().answerTo("again").orElseThrow().toStringUtf8())
                .isEqualTo("new");
        assertThat(ImageFixture.bytes(ImageFixture.reloaded(cluster.image())))
                .isEqualTo(ImageFixture.bytes(cluster.image()));
    }

    @Test
    void aRemovedBrokerIsGone() {
        Applied applied = cluster.apply(
                ImageFixture.removed(4, cluster.image().broker(4).orElseThrow().epoch()));
        assertThat(cluster.image().broker(4)).isEmpty();
        assertThat(applied.delta().brokers()).hasSize(1);
        assertThat(applied.delta().brokers().get(0).after()).isNull();
    }

    @Test
    void aNewIncarnationStartsFencedWithTheOffsetAsEpoch() {
        long old = cluster.image().broker(2).orElseThrow().epoch();
        Applied again = cluster.apply(ImageFixture.broker(2, "i2"));
        Broker broker = cluster.image().broker(2).orElseThrow();
        assertThat(broker.epoch()).isEqualTo(again.offset()).isGreaterThan(old);
        assertThat(broker.state()).isEqualTo(BrokerState.FENCED);
    }

    @Test
    void suspicionsLossesAndTheLiftOfAHoldSurviveASnapshot() {
        cluster.apply(cluster.resource("orders", new int[] {1, 2}, new int[] {2, 1}));
        cluster.apply(
                cluster.change(1, e -> e.leader(NONE).releasing(2)),
                ImageFixture.suspect(1, 3, true),
                ImageFixture.suspect(0, 1, false),
                ImageFixture.liftFencing(5000));
        Record lost = cluster.state(3, BrokerState.FENCED);
        cluster.apply(lost.toBuilder()
                .setBrokerState(lost.getBrokerState().toBuilder().setLosses(new Losses(4, 900, 2900).toRecord()))
                .build());

        MetadataImage image = ImageFixture.reloaded(cluster.image());
        assertThat(ImageFixture.bytes(image)).isEqualTo(ImageFixture.bytes(cluster.image()));
        assertThat(image.suspect(1)).contains(new Suspect(1, 3, 3000, 3, true, "lead failed", 3));
        assertThat(image.isParked(1)).isTrue();
        assertThat(image.isParked(0)).isFalse();
        assertThat(image.parkedCount()).isEqualTo(1);
        assertThat(image.fencingLiftedUntilMs()).isEqualTo(5000);
        assertThat(image.broker(3).orElseThrow().losses()).isEqualTo(new Losses(4, 900, 2900));

        // A state that says nothing of losses leaves them; a partition that is gone is no longer suspected.
        cluster.apply(cluster.state(3, BrokerState.UNFENCED), ImageFixture.suspect(0, 0, false));
        assertThat(cluster.image().broker(3).orElseThrow().losses().count()).isEqualTo(4);
        assertThat(cluster.image().suspect(0)).isEmpty();
        cluster.apply(cluster.resourceRemoved("orders"));
        assertThat(cluster.image().suspectCount()).isZero();
    }
}
