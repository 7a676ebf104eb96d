package io.muster.cli.demo;

import io.muster.cli.cluster.ClusterClient;
import io.muster.cli.cluster.HostPort;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerState;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.ChangeOptions;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.DescribeQuorumRequest;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.PartitionInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The cluster as its controller tells it. Not thread-safe. */
final class ClusterView implements AutoCloseable {
    private static final Duration PATIENT = Duration.ofSeconds(15);
    private static final Duration QUICK = Duration.ofMillis(1500);

    private final ClusterClient patient;
    private final ClusterClient quick;

    ClusterView(List<HostPort> bootstrap) {
        patient = new ClusterClient(bootstrap, PATIENT);
        quick = new ClusterClient(bootstrap, QUICK);
    }

    /** All brokers; empty if no controller can be reached now. */
    Optional<List<BrokerInfo>> tryBrokers() {
        try {
            return Optional.of(quick.ask(admin -> admin.listBrokers(ListBrokersRequest.getDefaultInstance()))
                    .getBrokersList());
        } catch (MusterException e) {
            if (e.code() == ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** True if broker {@code id} is there and may own work, and leads at least {@code leaders} partitions. */
    boolean isUnfenced(int id, int leaders) {
        return tryBrokers()
                .map(all -> all.stream()
                        .anyMatch(b ->
                                b.getId() == id && b.getState() == BrokerState.UNFENCED && b.getLeaders() >= leaders))
                .orElse(false);
    }

    List<BrokerInfo> brokers() {
        return patient.ask(admin -> admin.listBrokers(ListBrokersRequest.getDefaultInstance()))
                .getBrokersList();
    }

    int controller() {
        return quorum().getLeaderId();
    }

    /** The epoch in which the controller is the controller. */
    long controllerEpoch() {
        return quorum().getLeaderEpoch();
    }

    private DescribeQuorumReply quorum() {
        return patient.ask(admin -> admin.describeQuorum(DescribeQuorumRequest.getDefaultInstance()));
    }

    List<PartitionInfo> partitions() {
        return partitions(patient);
    }

    /** All partitions; empty if no controller can be reached now. */
    Optional<List<PartitionInfo>> tryPartitions() {
        try {
            return Optional.of(partitions(quick));
        } catch (MusterException e) {
            if (e.code() == ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static List<PartitionInfo> partitions(ClusterClient client) {
        return client.ask(admin -> {
            List<PartitionInfo> all = new ArrayList<>();
            admin.listPartitions(ListPartitionsRequest.getDefaultInstance())
                    .forEachRemaining(piece -> all.addAll(piece.getPartitionsList()));
            return all;
        });
    }

    void create(String name, int partitions, int replicas) {
        CreateResourceRequest request = CreateResourceRequest.newBuilder()
                .setName(name)
                .setPartitions(partitions)
                .setReplicas(replicas)
                .setOptions(ChangeOptions.newBuilder()
                        .setRequestId(UUID.randomUUID().toString())
                        .setActor("demo"))
                .build();
        patient.ask(admin -> admin.createResource(request));
    }

    @Override
    public void close() {
        patient.close();
        quick.close();
    }
}
