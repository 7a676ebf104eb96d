package io.muster.metadata.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.Batch;
import io.muster.metadata.image.ImageFixture;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.record.LogCodec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Invariant 1: what counts is decided by the entry's term and the next offset, the same on every replica. */
class ReplicaTest {
    private final RecordingListener listener = new RecordingListener();
    private final Replica replica = new Replica(MetadataImage.EMPTY, listener);

    private static Batch batch(long offset, long epoch) {
        return ImageFixture.batchAt(offset, epoch, ImageFixture.broker((int) offset, "i"));
    }

    @Test
    void batchesOfOneEntryCountInOrder() {
        replica.apply(2, LogCodec.entry(2, List.of(batch(0, 2), batch(1, 2))));
        replica.apply(2, LogCodec.barrier(2, 5));
        assertThat(listener.heard).containsExactly("applied 0@2", "applied 1@2", "barrier 5@2");
        assertThat(replica.image().nextOffset()).isEqualTo(2);
    }

    @Test
    void anEntryOfADeposedControllerChangesNothing() {
        replica.apply(3, LogCodec.entry(2, List.of(batch(0, 2))));
        replica.apply(3, LogCodec.barrier(2, 5));
        replica.apply(3, LogCodec.entry(3, List.of(batch(0, 2))));
        assertThat(listener.heard).containsExactly("ignored@3", "ignored@3", "ignored@3");
        assertThat(replica.image().nextOffset()).isZero();
    }

    @Test
    void aBatchBehindALostOneAndAllAfterItChangeNothing() {
        replica.apply(2, LogCodec.entry(2, List.of(batch(0, 2))));
        replica.apply(2, LogCodec.entry(2, List.of(batch(2, 2), batch(1, 2))));
        replica.apply(2, LogCodec.entry(2, List.of(batch(1, 2))));
        assertThat(listener.heard).containsExactly("applied 0@2", "ignored@2", "applied 1@2");
    }
}
