package io.muster.controller.rpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.muster.controller.ControllerUnit;
import io.muster.controller.Errors;
import io.muster.controller.decide.AdminChange;
import io.muster.controller.decide.Command;
import io.muster.controller.decide.CreateResource;
import io.muster.controller.decide.DeleteResource;
import io.muster.controller.decide.LiftHold;
import io.muster.controller.decide.MoveLeader;
import io.muster.controller.decide.ReleasePartition;
import io.muster.controller.decide.SetFence;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.metadata.log.ReplicationStatus;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.BrokerInfo;
import io.muster.rpc.v1.ChangeReply;
import io.muster.rpc.v1.CreateResourceReply;
import io.muster.rpc.v1.CreateResourceRequest;
import io.muster.rpc.v1.DeleteResourceRequest;
import io.muster.rpc.v1.DescribeBrokerReply;
import io.muster.rpc.v1.DescribeBrokerRequest;
import io.muster.rpc.v1.DescribePartitionReply;
import io.muster.rpc.v1.DescribePartitionRequest;
import io.muster.rpc.v1.DescribeQuorumReply;
import io.muster.rpc.v1.DescribeQuorumRequest;
import io.muster.rpc.v1.DescribeResourceReply;
import io.muster.rpc.v1.DescribeResourceRequest;
import io.muster.rpc.v1.LiftFencingHoldRequest;
import io.muster.rpc.v1.ListBrokersReply;
import io.muster.rpc.v1.ListBrokersRequest;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import io.muster.rpc.v1.ListResourcesReply;
import io.muster.rpc.v1.ListResourcesRequest;
import io.muster.rpc.v1.MovePartitionRequest;
import io.muster.rpc.v1.ReadHistoryReply;
import io.muster.rpc.v1.ReadHistoryRequest;
import io.muster.rpc.v1.ReleasePartitionRequest;
import io.muster.rpc.v1.SetBrokerFenceRequest;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What operators ask. Served by the controller only: other voters refuse with NOT_CONTROLLER and say where it is. Reads come
 * from the committed image. Thread-safe.
 */
public final class AdminService extends AdminServiceGrpc.AdminServiceImplBase {
    private final ControllerUnit unit;
    private final LongSupplier nanoClock;
    private final HistoryDesk history;

    /** @param nanoClock the clock that the unit was given */
    public AdminService(ControllerUnit unit, LongSupplier nanoClock) {
        this.unit = unit;
        this.nanoClock = nanoClock;
        this.history = new HistoryDesk(unit.log());
    }

    // ---- changes

    @Override
    public void createResource(CreateResourceRequest request, StreamObserver<CreateResourceReply> reply) {
        change(new AdminChange<>(new CreateResource(request), request.getOptions(), CreateResourceReply.class), reply);
    }

    @Override
    public void deleteResource(DeleteResourceRequest request, StreamObserver<ChangeReply> reply) {
        change(new AdminChange<>(new DeleteResource(request), request.getOptions(), ChangeReply.class), reply);
    }

    @Override
    public void movePartition(MovePartitionRequest request, StreamObserver<ChangeReply> reply) {
        change(new AdminChange<>(new MoveLeader(request), request.getOptions(), ChangeReply.class), reply);
    }

    @Override
    public void releasePartition(ReleasePartitionRequest request, StreamObserver<ChangeReply> reply) {
        change(new AdminChange<>(new ReleasePartition(request), request.getOptions(), ChangeReply.class), reply);
    }

    @Override
    public void setBrokerFence(SetBrokerFenceRequest request, StreamObserver<ChangeReply> reply) {
        change(new AdminChange<>(new SetFence(request), request.getOptions(), ChangeReply.class), reply);
    }

    @Override
    public void liftFencingHold(LiftFencingHoldRequest request, StreamObserver<ChangeReply> reply) {
        change(new AdminChange<>(new LiftHold(request), request.getOptions(), ChangeReply.class), reply);
    }

    private <R> void change(Command<R> command, StreamObserver<R> reply) {
        // A copy: the deadline ends the waiting, not the command.
        CompletableFuture<R> answer = unit.submit(command).toCompletableFuture().copy();
        CompletionStage<R> inTime = answer.orTimeout(timeoutMs(), TimeUnit.MILLISECONDS);
        inTime.whenComplete((value, error) -> {
            if (error == null) {
                answer(reply, value);
            } else if (restsOnState(Errors.code(error))) {
                refuseConfirmed(reply, error);
            } else {
                refuse(reply, error);
            }
        });
    }

    private static boolean restsOnState(ErrorCode code) {
        return switch (code) {
            case NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION -> true;
            default -> false;
        };
    }

    /**
     * A refusal is a reading of the image, and it is read as "not done". A controller that was deposed and does not know it must
     * not say so of a request that its successor has acknowledged: it waits for proof, as a strict read does.
     */
    private void refuseConfirmed(StreamObserver<?> reply, Throwable refusal) {
        CompletableFuture<@Nullable Void> confirmed = unit.confirm()
                .toCompletableFuture()
                .copy()
                .orTimeout(RpcLimits.ADMIN_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        confirmed.whenCompleteAsync((nothing, error) -> refuse(reply, error == null ? refusal : error));
    }

    private static long timeoutMs() {
        Deadline deadline = Context.current().getDeadline();
        return deadline == null
                ? RpcLimits.ADMIN_TIMEOUT_MS
                : Math.max(1, Math.min(RpcLimits.ADMIN_TIMEOUT_MS, deadline.timeRemaining(TimeUnit.MILLISECONDS)));
    }

    // ---- reads

    @Override
    public void describeQuorum(DescribeQuorumRequest request, StreamObserver<DescribeQuorumReply> reply) {
        read(request.getStrict(), reply, image -> View.quorum(image, unit.log().replication()));
    }

    @Override
    public void listBrokers(ListBrokersRequest request, StreamObserver<ListBrokersReply> reply) {
        read(request.getStrict(), reply, image -> {
            ListBrokersReply.Builder list = ListBrokersReply.newBuilder()
                    .setOffset(image.nextOffset())
                    .setFencingHold(unit.liveness().fencingHold());
            Set<Integer> voters = voters();
            image.brokers().forEach(broker -> list.addBrokers(info(image, broker, voters)));
            return list.build();
        });
    }

    @Override
    public void describeBroker(DescribeBrokerRequest request, StreamObserver<DescribeBrokerReply> reply) {
        read(request.getStrict(), reply, image -> {
            checkSize("Broker " + request.getId(), image.work(request.getId()).replicas());
            Broker broker = image.broker(request.getId())
                    .orElseThrow(() -> new MusterException(
                            ErrorCode.NOT_FOUND,
                            "There is no broker " + request.getId() + "; 'muster brokers list' shows all."));
            return DescribeBrokerReply.newBuilder()
                    .setBroker(info(image, broker, voters()))
                    .addAllPartitions(View.partitionsOf(image, broker.id()))
                    .build();
        });
    }

    @Override
    public void listResources(ListResourcesRequest request, StreamObserver<ListResourcesReply> reply) {
        read(request.getStrict(), reply, image -> {
            ListResourcesReply.Builder list = ListResourcesReply.newBuilder().setOffset(image.nextOffset());
            image.resources().forEach(resource -> list.addResources(View.resource(image, resource)));
            return list.build();
        });
    }

    @Override
    public void describeResource(DescribeResourceRequest request, StreamObserver<DescribeResourceReply> reply) {
        read(request.getStrict(), reply, image -> {
            Resource resource = resource(image, request.getName());
            checkSize("Resource " + resource.name(), resource.partitions());
            DescribeResourceReply.Builder described =
                    DescribeResourceReply.newBuilder().setResource(View.resource(image, resource));
            for (int p = 0; p < resource.partitions(); p++) {
                described.addPartitions(View.partition(image, image.partitionAt(resource.slotOf(p))));
            }
            return described.build();
        });
    }

    @Override
    public void listPartitions(ListPartitionsRequest request, StreamObserver<ListPartitionsReply> reply) {
        CompletableFuture<PartitionListing> begun = new CompletableFuture<>();
        if (reply instanceof ServerCallStreamObserver<ListPartitionsReply> call) {
            call.setOnReadyHandler(() -> begun.thenAccept(PartitionListing::run));
        }
        withImage(request.getStrict(), reply, image -> {
            if (!request.getResource().isEmpty()) {
                resource(image, request.getResource());
            }
            PartitionListing listing = new PartitionListing(image, request, reply);
            begun.complete(listing);
            listing.run();
        });
    }

    @Override
    public void describePartition(DescribePartitionRequest request, StreamObserver<DescribePartitionReply> reply) {
        ReadHistoryRequest last = ReadHistoryRequest.newBuilder()
                .setResource(request.getResource())
                .setPartition(request.getPartition())
                .setLimit(request.getChanges())
                .build();
        reading(request.getStrict(), reply, last, image -> {
            Resource resource = resource(image, request.getResource());
            View.checkPartition(resource, request.getPartition());
            PartitionState state = image.partitionAt(resource.slotOf(request.getPartition()));
            DescribePartitionReply.Builder described = DescribePartitionReply.newBuilder()
                    .setPartition(View.partition(image, state))
                    .setOwnership(resource.ownership())
                    .setStateKind(resource.stateKind())
                    .setOffset(image.nextOffset());
            image.broker(state.leader()).ifPresent(leader -> described.setLeader(info(image, leader, voters())));
            if (request.getChanges() > 0) {
                history.addChanges(last, image, described);
            }
            answer(reply, described.build());
        });
    }

    @Override
    public void readHistory(ReadHistoryRequest request, StreamObserver<ReadHistoryReply> reply) {
        reading(request.getStrict(), reply, request, image -> history.send(request, image, reply));
    }

    /** Reads the disk, which may take a while, on the history's own thread. */
    private void reading(
            boolean strict, StreamObserver<?> reply, ReadHistoryRequest request, Consumer<MetadataImage> read) {
        withImage(strict, reply, image -> {
            HistoryDesk.check(request);
            history.enqueue(() -> {
                try {
                    if (!isCancelled(reply)) {
                        read.accept(image);
                    }
                } catch (RuntimeException e) {
                    refuse(reply, e);
                }
            });
        });
    }

    private static void checkSize(String what, int partitions) {
        if (partitions > RpcLimits.DESCRIBED_PARTITIONS_MAX) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    what + " has " + partitions + " partitions, too many for one answer (the limit is "
                            + RpcLimits.DESCRIBED_PARTITIONS_MAX + "); use 'muster partitions list', which streams.");
        }
    }

    private static Resource resource(MetadataImage image, String name) {
        return image.resource(name)
                .orElseThrow(() -> new MusterException(
                        ErrorCode.NOT_FOUND,
                        "There is no resource '" + name + "'; 'muster resources list' shows all."));
    }

    private BrokerInfo info(MetadataImage image, Broker broker, Set<Integer> voters) {
        return View.broker(image, broker, unit.liveness().view(broker.id(), nanoClock.getAsLong()), voters);
    }

    private Set<Integer> voters() {
        return unit.log().replication().voters().stream()
                .map(ReplicationStatus.VoterStatus::nodeId)
                .collect(Collectors.toSet());
    }

    private MetadataImage controllersImage() {
        if (!unit.isActive()) {
            throw new MusterException(
                    ErrorCode.NOT_CONTROLLER, "This node does not lead the quorum; ask the controller.");
        }
        return unit.image();
    }

    private <R> void read(boolean strict, StreamObserver<R> reply, Function<MetadataImage, R> read) {
        withImage(strict, reply, image -> answer(reply, read.apply(image)));
    }

    /** A strict read waits for proof that this voter still leads; the image is looked at after that. */
    private void withImage(boolean strict, StreamObserver<?> reply, Consumer<MetadataImage> use) {
        if (!strict) {
            useImage(reply, use);
            return;
        }
        CompletableFuture<@Nullable Void> confirmed =
                unit.confirm().toCompletableFuture().copy().orTimeout(timeoutMs(), TimeUnit.MILLISECONDS);
        confirmed.whenCompleteAsync((nothing, error) -> {
            if (error == null) {
                useImage(reply, use);
            } else {
                refuse(reply, error);
            }
        });
    }

    private void useImage(StreamObserver<?> reply, Consumer<MetadataImage> use) {
        try {
            use.accept(controllersImage());
        } catch (RuntimeException e) {
            refuse(reply, e);
        }
    }

    private static <R> void answer(StreamObserver<R> reply, R value) {
        if (!isCancelled(reply)) {
            reply.onNext(value);
            reply.onCompleted();
        }
    }

    private void refuse(StreamObserver<?> reply, Throwable error) {
        if (!isCancelled(reply)) {
            reply.onError(ErrorMapper.toStatus(error, unit.controllerEndpoint()));
        }
    }

    private static boolean isCancelled(StreamObserver<?> reply) {
        return reply instanceof ServerCallStreamObserver<?> call && call.isCancelled();
    }
}
