package io.muster.cli;

import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.muster.log.v1.BrokerState;
import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.DescribePartitionReply;
import io.muster.rpc.v1.DescribePartitionRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.DescribeQuorumRequest;
import io.muster.rpc.v1.HistoryChange;
import io.muster.rpc.v1.LiftFencingHoldRequest;
import io.muster.rpc.v1.ListBrokersReply;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import io.muster.rpc.v1.PartitionInfo;
import io.muster.rpc.v1.ReadHistoryReply;
import io.muster.rpc.v1.ReadHistoryRequest;
import io.muster.rpc.v1.ReleasePartitionRequest;
import io.muster.rpc.v1.Voter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node on loopback that says what a test tells it to; in the test's own process. Thread-safe. */
final class FakeNode implements AutoCloseable {
    private static final Metadata.Key<String> CONTROLLER =
            Metadata.Key.of("muster-controller", Metadata.ASCII_STRING_MARSHALLER);

    private final int id;
    private final Server server;
    final List<CreateResourceRequest> created = new CopyOnWriteArrayList<>();
    final List<MovePartitionRequest> moved = new CopyOnWriteArrayList<>();
    volatile int controllerId;
    volatile String controller = "";
    volatile boolean silent;
    final List<ReadHistoryRequest> asked = new CopyOnWriteArrayList<>();
    volatile int changes = 2;
    volatile boolean breaksOff;

    FakeNode(int id, int controllerId) {
        this.id = id;
        this.controllerId = controllerId;
        try {
            this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                    .addService(new Node())
                    .addService(new Admin())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Node extends NodeServiceGrpc.NodeServiceImplBase {
        @Override
        public void describeNode(DescribeNodeRequest request, StreamObserver<DescribeNodeReply> observer) {
            answer(
                    observer,
                    DescribeNodeReply.newBuilder()
                            .setNodeId(id)
                            .setControllerId(controllerId)
                            .setController(controller)
                            .build());
        }
    }

    private static <T> void answer(StreamObserver<T> observer, T reply) {
        observer.onNext(reply);
        observer.onCompleted();
    }

    private final class Admin extends AdminServiceGrpc.AdminServiceImplBase {
        private boolean refuses(StreamObserver<?> observer) {
            if (silent) {
                return true;
            }
            if (controllerId != id) {
                Metadata trailers = new Metadata();
                trailers.put(CONTROLLER, controller);
                observer.onError(Status.FAILED_PRECONDITION
                        .withDescription("node " + id + " is not the controller")
                        .asRuntimeException(trailers));
                return true;
            }
            return false;
        }

        @Override
        public void describeQuorum(DescribeQuorumRequest request, StreamObserver<DescribeQuorumReply> observer) {
            if (!refuses(observer)) {
                answer(
                        observer,
                        DescribeQuorumReply.newBuilder()
                                .setClusterId("c-1")
                                .setLeaderId(id)
                                .setLeaderEpoch(4)
                                .setHighWatermark(71)
                                .addCurrentVoters(Voter.newBuilder()
                                        .setNodeId(id)
                                        .setStatus("leader")
                                        .setEndpoint("h:1"))
                                .build());
            }
        }

        @Override
        public void listBrokers(ListBrokersRequest request, StreamObserver<ListBrokersReply> observer) {
            if (!refuses(observer)) {
                answer(
                        observer,
                        ListBrokersReply.newBuilder()
                                .addBrokers(BrokerInfo.newBuilder()
                                        .setId(1)
                                        .setState(BrokerState.UNFENCED)
                                        .setStateSinceMs(1_767_225_600_250L)
                                        .setLastContactMs(240)
                                        .setLeaseLeftMs(1_760)
                                        .setReason("caught up"))
                                .build());
            }
        }

        @Override
        public void createResource(CreateResourceRequest request, StreamObserver<CreateResourceReply> observer) {
            if (refuses(observer)) {
                return;
            }
            created.add(request);
            if (request.getName().equals("orders")) {
                observer.onError(Status.ALREADY_EXISTS
                        .withDescription("Resource 'orders' exists already; choose another name.")
                        .asRuntimeException());
            } else {
                answer(observer, CreateResourceReply.newBuilder().setOffset(9).build());
            }
        }

        @Override
        public void listPartitions(ListPartitionsRequest request, StreamObserver<ListPartitionsReply> observer) {
            if (refuses(observer)) {
                return;
            }
            for (int i = 0; i < 3; i++) {
                observer.onNext(ListPartitionsReply.newBuilder()
                        .setOffset(71)
                        .addPartitions(PartitionInfo.newBuilder()
                                .setResource("orders")
                                .setPartition(i)
                                .setLeader(i == 2 ? -1 : 1)
                                .setLeaderEpoch(41)
                                .addReplicas(1)
                                .setReleasing(-1)
                                .setTarget(-1)
                                .setPhase("steady"))
                        .build());
            }
            observer.onCompleted();
        }

        @Override
        public void releasePartition(ReleasePartitionRequest request, StreamObserver<ChangeReply> observer) {
            if (!refuses(observer)) {
                answer(
                        observer,
                        ChangeReply.newBuilder()
                                .setMessage("Released " + request.getResource() + "/" + request.getPartition()
                                        + (request.getOptions().getDryRun() ? ", dry run" : ""))
                                .build());
            }
        }

        @Override
        public void liftFencingHold(LiftFencingHoldRequest request, StreamObserver<ChangeReply> observer) {
            if (!refuses(observer)) {
                answer(
                        observer,
                        ChangeReply.newBuilder()
                                .setMessage("Lifted for " + request.getDurationMs() + " ms: " + request.getReason())
                                .build());
            }
        }

        @Override
        public void movePartition(MovePartitionRequest request, StreamObserver<ChangeReply> observer) {
            if (!refuses(observer)) {
                moved.add(request);
                answer(observer, ChangeReply.newBuilder().setMessage("Moving.").build());
            }
        }

        @Override
        public void describePartition(
                DescribePartitionRequest request, StreamObserver<DescribePartitionReply> observer) {
            if (!refuses(observer)) {
                answer(
                        observer,
                        DescribePartitionReply.newBuilder()
                                .setPartition(PartitionInfo.newBuilder()
                                        .setResource(request.getResource())
                                        .setPartition(request.getPartition())
                                        .setLeader(-1)
                                        .setLeaderEpoch(41)
                                        .addReplicas(2)
                                        .addReplicas(1)
                                        .setReleasing(2)
                                        .setTarget(1)
                                        .setPhase("handing over"))
                                .setFirstOffset(30)
                                .addChanges(change(41))
                                .build());
            }
        }

        @Override
        public void readHistory(ReadHistoryRequest request, StreamObserver<ReadHistoryReply> observer) {
            if (refuses(observer)) {
                return;
            }
            asked.add(request);
            for (int i = 0; i < changes; i++) {
                observer.onNext(ReadHistoryReply.newBuilder()
                        .setFirstOffset(30)
                        .setOffset(71)
                        .addChanges(change(41 + i))
                        .build());
            }
            if (breaksOff) {
                observer.onError(Status.DATA_LOSS
                        .withDescription("Log segment x is damaged; restore it.")
                        .asRuntimeException());
                return;
            }
            if (changes == 0) {
                observer.onNext(ReadHistoryReply.newBuilder().setFirstOffset(30).build());
            }
            observer.onCompleted();
        }
    }

    private static HistoryChange change(long offset) {
        return HistoryChange.newBuilder()
                .setOffset(offset)
                .setTimestampMs(1_767_225_600_250L)
                .setCause(Cause.newBuilder()
                        .setKind(CauseKind.PROOF_OF_DEATH)
                        .setActor("controller")
                        .setSentence("Broker 2 was fenced."))
                .addEffects("leader 2 -> 1")
                .addEffects("epoch 36 -> " + offset)
                .build();
    }
}
