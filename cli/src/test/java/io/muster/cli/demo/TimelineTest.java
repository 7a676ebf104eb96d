package io.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.Batch;
import io.muster.log.v1.BrokerRecord;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Broker 1 leads both partitions of a resource and goes. */
class TimelineTest {
    private MetadataImage image = cluster();

    private static MetadataImage cluster() {
        MetadataImage image = MetadataImage.EMPTY;
        image = apply(
                        image,
                        CauseKind.BOOTSTRAP,
                        record().setCluster(ClusterRecord.newBuilder().setClusterId("c")))
                .after();
        for (int id = 1; id <= 2; id++) {
            long epoch = image.nextOffset();
            image = apply(image, CauseKind.BROKER_REGISTERED, record().setBroker(broker(id)))
                    .after();
            image = apply(
                            image,
                            CauseKind.BROKER_UNFENCED,
                            record().setBrokerState(state(id, epoch, BrokerState.UNFENCED)))
                    .after();
        }
        ResourceRecord orders = ResourceRecord.newBuilder()
                .setName("orders")
                .setPartitions(2)
                .setReplicationFactor(2)
                .setStateKind(StateKind.STATE_NONE)
                .setOwnership(OwnershipMode.LEASED)
                .addAllReplicas(List.of(1, 2, 1, 2))
                .addAllLeaders(List.of(1, 1))
                .build();
        image = apply(image, CauseKind.RESOURCE_CHANGE, record().setResource(orders))
                .after();
        return apply(
                        image,
                        CauseKind.READY_CHANGE,
                        record().setPartitionChanges(PartitionChangesRecord.newBuilder()
                                .addAllSlotDeltas(List.of(0, 1))
                                .addAllReadyMasks(List.of(3, 3))))
                .after();
    }

    private static Record.Builder record() {
        return Record.newBuilder();
    }

    private static BrokerRecord broker(int id) {
        return BrokerRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnation("i" + id)
                .setDirectoryId("d" + id)
                .setHost("h")
                .setPort(id)
                .setCapacity(100)
                .setMinFormatLevel(1)
                .setMaxFormatLevel(1)
                .build();
    }

    private static BrokerStateRecord state(int id, long epoch, BrokerState state) {
        return BrokerStateRecord.newBuilder()
                .setBrokerId(id)
                .setBrokerEpoch(epoch)
                .setState(state)
                .build();
    }

    private static Applied apply(MetadataImage image, CauseKind kind, Record.Builder... records) {
        Batch.Builder batch = Batch.newBuilder()
                .setControllerEpoch(1)
                .setBaseOffset(image.nextOffset())
                .setCause(Cause.newBuilder().setKind(kind));
        for (Record.Builder record : records) {
            batch.addRecords(record);
        }
        return image.apply(batch.build());
    }

    private void onBatch(Timeline timeline, long nowNanos, CauseKind kind, Record.Builder... records) {
        Applied applied = apply(image, kind, records);
        image = applied.after();
        timeline.onBatch(applied.delta(), applied.batch().getCause(), nowNanos);
    }

    private static Record.Builder leaders(int first, Integer... leaders) {
        PartitionChangesRecord.Builder changes = PartitionChangesRecord.newBuilder();
        for (int i = 0; i < leaders.length; i++) {
            changes.addSlotDeltas(i == 0 ? first : 1).addLeaders(leaders[i]).addReadyMasks(2);
        }
        return record().setPartitionChanges(changes);
    }

    private Record.Builder fence() {
        return record().setBrokerState(state(1, image.broker(1).orElseThrow().epoch(), BrokerState.FENCED));
    }

    @Test
    void fencedThenLedOneAfterTheOther() {
        Timeline timeline = new Timeline(image, 1);
        assertThat(timeline.isComplete()).isFalse();

        onBatch(timeline, 100, CauseKind.SESSION_TIMEOUT, fence(), leaders(0, -1, -1));
        assertThat(timeline.fencedNanos()).isEqualTo(100);
        assertThat(Objects.requireNonNull(timeline.fencedBy()).getKind()).isEqualTo(CauseKind.SESSION_TIMEOUT);
        assertThat(timeline.firstLedNanos()).isNull();

        onBatch(timeline, 200, CauseKind.HAND_OVER, leaders(0, 2));
        assertThat(timeline.waiting()).isOne();
        onBatch(timeline, 300, CauseKind.HAND_OVER, leaders(1, 2));
        onBatch(timeline, 400, CauseKind.BALANCE, leaders(1, 2));

        assertThat(timeline.isComplete()).isTrue();
        assertThat(timeline.firstLedNanos()).isEqualTo(200);
        assertThat(timeline.lastLedNanos()).isEqualTo(300);
    }

    @Test
    void aSnapshotInBetweenShowsTheOutcome() {
        Timeline timeline = new Timeline(image, 1);
        MetadataImage later = apply(image, CauseKind.PROOF_OF_DEATH, fence(), leaders(0, 2, 2))
                .after();

        timeline.onImage(later, 500);

        assertThat(timeline.isComplete()).isTrue();
        assertThat(timeline.fencedNanos()).isEqualTo(500);
        assertThat(timeline.lastLedNanos()).isEqualTo(500);
    }

    @Test
    void aVictimThatLedNothingLeavesNothingToWaitFor() {
        assertThat(new Timeline(image, 2).isComplete()).isTrue();
    }
}
