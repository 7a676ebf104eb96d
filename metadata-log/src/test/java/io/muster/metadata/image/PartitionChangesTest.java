package io.muster.metadata.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.log.v1.PartitionChangesRecord;
import org.junit.jupiter.api.Test;

class PartitionChangesTest {
    private final ImageFixture cluster = ImageFixture.cluster(3);

    PartitionChangesTest() {
        cluster.apply(cluster.resource("r", new int[] {1, 2}, new int[] {2, 3}, new int[] {3, 1}));
    }

    @Test
    void columnsThatNothingChangesAreLeftOut() {
        PartitionChanges changes = new PartitionChanges(cluster.image());
        changes.put(changes.edit(2).leader(1));
        changes.put(changes.edit(0).leader(2));
        PartitionChangesRecord record = changes.toRecord();
        assertThat(record.getSlotDeltasList()).containsExactly(0, 2);
        assertThat(record.getLeadersList()).containsExactly(2, 1);
        assertThat(record.getReadyMasksCount() + record.getReplicasCount() + record.getReplicaCountsCount())
                .isZero();
    }

    @Test
    void aChangeThatIsTakenBackIsNoChange() {
        PartitionChanges changes = new PartitionChanges(cluster.image());
        changes.put(changes.edit(0).leader(2));
        assertThat(changes.get(0).leader()).isEqualTo(2);
        changes.put(changes.edit(0).leader(1));
        assertThat(changes.isEmpty()).isTrue();
    }

    @Test
    void aNewReplicaListCarriesTheMasksOfWhoStays() {
        cluster.apply(cluster.change(
                0, e -> e.ready(2, false).addReplica(3).ready(3, true).removing(2, true)));
        PartitionState moved = cluster.at("r", 0);
        assertThat(moved.replicas()).containsExactly(1, 2, 3);
        assertThat(moved.isAdding(3)).isTrue();
        assertThat(moved.phase()).isEqualTo("moving");

        cluster.apply(cluster.change(0, e -> e.adding(3, false).dropReplica(2)));
        PartitionState done = cluster.at("r", 0);
        assertThat(done.replicas()).containsExactly(1, 3);
        assertThat(done.isFullyReady()).isTrue();
        assertThat(done.isMoving()).isFalse();
        assertThat(cluster.image().work(2).replicaSlots()).containsExactly(1);
    }

    @Test
    void editsNameOnlyReplicasAndNeverEmptyTheList() {
        PartitionState state = cluster.at("r", 0);
        assertThatThrownBy(() -> state.edit().ready(3, true)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.edit().replicas()).isInstanceOf(IllegalArgumentException.class);
    }
}
