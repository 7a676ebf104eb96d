package io.muster.bench;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.BrokerStateRecord;
import io.muster.log.v1.ClusterRecord;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.PartitionChangesRecord;
import io.muster.log.v1.Record;
import io.muster.log.v1.ResourceRecord;
import io.muster.log.v1.StateKind;
import java.util.List;

/** Two brokers that share a partition for each caller: enough for small changes to be real ones. */
final class SmallCluster {
    static final int PARTITIONS = 1_024;

    private SmallCluster() {}

    /** The facts of each batch from offset 0 on. */
    static List<List<Record>> facts(String clusterId) {
        return List.of(
                List.of(Record.newBuilder()
                        .setCluster(ClusterRecord.newBuilder().setClusterId(clusterId))
                        .build()),
                List.of(SampleCluster.registration(1), SampleCluster.registration(2)),
                List.of(unfenced(1, 1), unfenced(2, 1)),
                List.of(resource()));
    }

    static Record resource() {
        ResourceRecord.Builder record = ResourceRecord.newBuilder()
                .setName("orders")
                .setPartitions(PARTITIONS)
                .setReplicationFactor(2)
                .setStateKind(StateKind.STATE_NONE)
                .setOwnership(OwnershipMode.TOKEN_FENCED);
        for (int p = 0; p < PARTITIONS; p++) {
            record.addReplicas(1).addReplicas(2).addLeaders(1);
        }
        return Record.newBuilder().setResource(record).build();
    }

    static Record unfenced(int id, long epoch) {
        return Record.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(epoch)
                        .setState(BrokerState.UNFENCED))
                .build();
    }

    /** One partition gets another leader. */
    static Record leaderOf(int slot, int leader) {
        return Record.newBuilder()
                .setPartitionChanges(
                        PartitionChangesRecord.newBuilder().addSlotDeltas(slot).addLeaders(leader))
                .build();
    }
}
