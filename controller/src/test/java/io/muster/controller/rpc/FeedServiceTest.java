package io.muster.controller.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.muster.controller.Rig;
import io.muster.controller.decide.CreateResource;
import io.muster.log.v1.Batch;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotStream;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.FeedServiceGrpc;
import io.muster.rpc.v1.WatchReply;
import io.muster.rpc.v1.WatchRequest;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FeedServiceTest {
    private LocalVoter voter;

    @BeforeEach
    void start() throws IOException {
        open(1_000_000);
    }

    private void open(long ringBytes) throws IOException {
        voter = new LocalVoter(ringBytes);
        voter.on(() -> voter.rig.lead());
        voter.on(() -> voter.rig.join(1));
    }

    @AfterEach
    void stop() {
        voter.close();
    }

    @Test
    void aWatcherFollowsEveryBatch() {
        Follower follower = new Follower(0);
        create("a");
        create("b");

        await().until(() -> follower.image.nextOffset() == voter.rig.log.image().nextOffset());
        assertThat(follower.image.resource("b")).isPresent();
    }

    @Test
    void aWatcherGoesOnFromWhereItWas() {
        Follower first = new Follower(0);
        await().until(() -> first.image.nextOffset() == voter.rig.log.image().nextOffset());
        first.cancel();
        create("a");
        MetadataImage known = first.image;
        Follower second = new Follower(known);

        await().until(() -> second.image.resource("a").isPresent());
        assertThat(second.snapshots.get()).isZero();
        assertThat(second.firstOffset).isEqualTo(known.nextOffset());
    }

    @Test
    void aWatcherThatFellBehindTheRingGetsASnapshot() throws IOException {
        voter.close();
        open(2_000);
        for (int i = 0; i < 50; i++) {
            create("resource-" + i);
        }
        Follower follower = new Follower(0);

        await().until(() -> follower.image.nextOffset() == voter.rig.log.image().nextOffset());
        assertThat(follower.snapshots.get()).isPositive();
        assertThat(follower.image.resourceCount()).isEqualTo(50);
    }

    @Test
    void aSlowWatcherCostsNothingAndGetsASnapshotWhenItReadsAgain() throws IOException {
        voter.close();
        open(2_000);
        Follower slow = new Follower(0, 1);
        await().until(() -> slow.messages.get() == 1);
        for (int i = 0; i < 100; i++) {
            create("resource-" + i);
        }
        assertThat(slow.messages.get()).isEqualTo(1);

        slow.readAll();
        await().until(() -> slow.image.nextOffset() == voter.rig.log.image().nextOffset());
        assertThat(slow.image.resourceCount()).isEqualTo(100);
    }

    @Test
    void aWatcherThatKnowsMoreThanThisVoterWaits() {
        MetadataImage ahead = voter.rig.log.image();
        Follower follower = new Follower(ahead.nextOffset() + 1);
        await().until(() -> follower.messages.get() == 1);
        create("a");
        create("b");

        await().until(() -> follower.firstOffset == ahead.nextOffset() + 1);
    }

    @Test
    void anotherClustersWatcherIsRefused() {
        Follower follower = new Follower(0, Integer.MAX_VALUE, "other");

        await().until(() -> follower.error.get() != null);
        assertThat(Status.fromThrowable(follower.error.get()).getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    private void create(String name) {
        voter.on(() -> voter.rig.ask(new CreateResource(CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(8)
                .setReplicas(1)
                .build())));
    }

    /** Builds an image from the feed, as an agent does. */
    private final class Follower implements ClientResponseObserver<WatchRequest, WatchReply> {
        volatile MetadataImage image;
        final AtomicInteger snapshots = new AtomicInteger();
        final AtomicInteger messages = new AtomicInteger();
        volatile long firstOffset = -1;
        final AtomicReference<Throwable> error = new AtomicReference<>();
        private final int initially;
        private volatile @Nullable ClientCallStreamObserver<WatchRequest> call;
        private SnapshotStream.@Nullable Reader reader;

        Follower(long from) {
            this(from, Integer.MAX_VALUE);
        }

        Follower(MetadataImage known) {
            this(known.nextOffset(), Integer.MAX_VALUE, Rig.CLUSTER, known);
        }

        Follower(long from, int initially) {
            this(from, initially, Rig.CLUSTER);
        }

        Follower(long from, int initially, String cluster) {
            this(from, initially, cluster, MetadataImage.EMPTY);
        }

        private Follower(long from, int initially, String cluster, MetadataImage known) {
            this.initially = initially;
            this.image = known;
            FeedServiceGrpc.newStub(voter.channel)
                    .watch(
                            WatchRequest.newBuilder()
                                    .setClusterId(cluster)
                                    .setFromOffset(from)
                                    .setWatcher("test")
                                    .build(),
                            this);
        }

        void readAll() {
            Objects.requireNonNull(call).request(Integer.MAX_VALUE);
        }

        void cancel() {
            Objects.requireNonNull(call).cancel("enough", null);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            call = stream;
            stream.disableAutoRequestWithInitial(initially);
        }

        @Override
        public void onNext(WatchReply reply) {
            if (reply.hasSnapshot()) {
                if (reader == null) {
                    reader = new SnapshotStream.Reader("the test");
                }
                ByteString data = reply.getSnapshot().getData();
                reader.add(data);
                if (reply.getSnapshot().getLast()) {
                    image = reader.finish();
                    reader = null;
                    snapshots.incrementAndGet();
                }
            } else {
                for (Batch batch : reply.getBatches().getBatchesList()) {
                    if (firstOffset < 0) {
                        firstOffset = batch.getBaseOffset();
                    }
                    if (batch.getBaseOffset() == image.nextOffset()) {
                        image = image.apply(batch).after();
                    }
                }
            }
            messages.incrementAndGet();
        }

        @Override
        public void onError(Throwable cause) {
            error.set(cause);
        }

        @Override
        public void onCompleted() {}
    }
}
