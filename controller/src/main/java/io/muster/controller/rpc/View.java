package io.muster.controller.rpc;

import io.muster.controller.liveness.BrokerLiveness;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.BrokerWork;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.metadata.log.ReplicationStatus;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.rpc.v1.ResourceInfo;
import io.muster.rpc.v1.Voter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.TreeMap;

/** The image and what liveness knows, as replies. Stateless. */
public final class View {
    private View() {}

    /**
     * A broker.
     *
     * @param voters node ids of the voters
     */
    public static BrokerInfo broker(MetadataImage image, Broker broker, BrokerLiveness life, Set<Integer> voters) {
        BrokerWork work = image.work(broker.id());
        return BrokerInfo.newBuilder()
                .setId(broker.id())
                .setState(broker.state())
                .setReason(broker.reason())
                .setStateSinceMs(broker.stateSinceMs())
                .setLeaders(work.leaders())
                .setReplicas(work.replicas())
                .setBrokerEpoch(broker.epoch())
                .setIncarnation(broker.incarnation())
                .setDirectoryId(broker.directoryId())
                .setEndpoint(broker.endpoint())
                .setRack(broker.rack())
                .putAllTags(new TreeMap<>(broker.tags()))
                .setCapacity(broker.capacity())
                .setLastContactMs(life.lastContactMs())
                .setLeaseLeftMs(life.leaseLeftMs())
                .setVoter(voters.contains(broker.id()))
                .build();
    }

    public static ResourceInfo resource(MetadataImage image, Resource resource) {
        return ResourceInfo.newBuilder()
                .setName(resource.name())
                .setResourceId(resource.id())
                .setPartitions(resource.partitions())
                .setReplicas(resource.replicationFactor())
                .setStateKind(resource.stateKind())
                .setOwnership(resource.ownership())
                .setLeaderless(within(resource, image.sets().leaderless()))
                .setUnderReplicated(underReplicated(image, resource))
                .putAllRequiredTags(new TreeMap<>(resource.requiredTags()))
                .build();
    }

    private static int within(Resource resource, PrimitiveIterator.OfInt slots) {
        int end = resource.firstSlot() + resource.partitions();
        int count = 0;
        while (slots.hasNext()) {
            int slot = slots.nextInt();
            if (slot >= end) {
                break;
            }
            if (slot >= resource.firstSlot()) {
                count++;
            }
        }
        return count;
    }

    private static int underReplicated(MetadataImage image, Resource resource) {
        int end = resource.firstSlot() + resource.partitions();
        int count = 0;
        PrimitiveIterator.OfInt slots = image.sets().notReady();
        while (slots.hasNext()) {
            int slot = slots.nextInt();
            if (slot >= end) {
                break;
            }
            if (slot >= resource.firstSlot() && image.partitionAt(slot).readyCount() < resource.replicationFactor()) {
                count++;
            }
        }
        return count;
    }

    /** @throws MusterException NOT_FOUND if the resource has no partition of this number */
    static void checkPartition(Resource resource, int partition) {
        if (partition < 0 || partition >= resource.partitions()) {
            throw new MusterException(
                    ErrorCode.NOT_FOUND,
                    "There is no partition " + resource.name() + "/" + partition + "; " + resource.name()
                            + " has partitions 0 to " + (resource.partitions() - 1) + ".");
        }
    }

    public static PartitionInfo partition(MetadataImage image, PartitionState state) {
        PartitionInfo.Builder info = PartitionInfo.newBuilder()
                .setResource(state.resource().name())
                .setPartition(state.partition())
                .setLeader(state.leader())
                .setLeaderEpoch(state.leaderEpoch())
                .setReleasing(state.releasing())
                .setTarget(state.target())
                .setPhase(state.phase());
        image.suspect(state.slot()).ifPresent(suspect -> {
            info.setReason(suspect.reason());
            if (suspect.parked() && !state.isHandingOver()) {
                info.setPhase("parked");
            }
        });
        addAll(state.replicas(), info::addReplicas);
        addAll(state.readyBrokers(), info::addReady);
        addAll(state.brokersIn(state.addingMask()), info::addAdding);
        addAll(state.brokersIn(state.removingMask()), info::addRemoving);
        return info.build();
    }

    private static void addAll(int[] brokers, java.util.function.IntConsumer add) {
        Arrays.stream(brokers).forEach(add);
    }

    /** The partitions with a replica on a broker. */
    public static List<PartitionInfo> partitionsOf(MetadataImage image, int broker) {
        List<PartitionInfo> infos = new ArrayList<>();
        image.work(broker).replicaSlots().forEach(slot -> infos.add(partition(image, image.partitionAt(slot))));
        return infos;
    }

    public static DescribeQuorumReply quorum(MetadataImage image, ReplicationStatus status) {
        DescribeQuorumReply.Builder reply = DescribeQuorumReply.newBuilder()
                .setClusterId(image.clusterId())
                .setLeaderId(status.leadership().leaderId())
                .setLeaderEpoch(status.leadership().epoch())
                .setHighWatermark(image.nextOffset());
        long maxLag = -1;
        long maxLagMs = -1;
        for (ReplicationStatus.VoterStatus voter : status.voters()) {
            boolean leads = voter.nodeId() == status.leadership().leaderId();
            long lag = voter.logEndIndex() < 0 ? -1 : Math.max(0, status.logEndIndex() - voter.logEndIndex());
            if (!leads) {
                maxLag = Math.max(maxLag, lag);
                maxLagMs = Math.max(maxLagMs, voter.lastContactMs());
            }
            reply.addCurrentVoters(Voter.newBuilder()
                    .setNodeId(voter.nodeId())
                    .setDirectoryId(voter.directoryId())
                    .setStatus(leads ? "leader" : "follower")
                    .setLogEndOffset(voter.logEndIndex())
                    .setLag(lag)
                    .setLastCaughtUpMs(voter.lastContactMs())
                    .setEndpoint(voter.endpoint()));
        }
        if (status.voters().size() == 1) {
            maxLag = 0;
            maxLagMs = 0;
        }
        return reply.setMaxFollowerLag(maxLag).setMaxFollowerLagTimeMs(maxLagMs).build();
    }
}
