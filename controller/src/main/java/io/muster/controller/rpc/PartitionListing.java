package io.muster.controller.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.rpc.v1.ListPartitionsReply;
import io.muster.rpc.v1.ListPartitionsRequest;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A listing of partitions, sent piece by piece as fast as its reader takes it, all from one image. */
final class PartitionListing {
    private final MetadataImage image;
    private final ListPartitionsRequest request;
    private final StreamObserver<ListPartitionsReply> reply;
    private final Iterator<Resource> resources;
    private @Nullable Resource resource;
    private int partition;
    private boolean sentAny;
    private boolean done;

    PartitionListing(MetadataImage image, ListPartitionsRequest request, StreamObserver<ListPartitionsReply> reply) {
        this.image = image;
        this.request = request;
        this.reply = reply;
        this.resources = image.resources().iterator();
    }

    /** Goes on until the reader can take no more, or all is sent. */
    synchronized void run() {
        while (!done && isReady()) {
            ListPartitionsReply.Builder piece = ListPartitionsReply.newBuilder().setOffset(image.nextOffset());
            @Nullable PartitionState next = null;
            while (piece.getPartitionsCount() < RpcLimits.PARTITIONS_PER_PIECE && (next = next()) != null) {
                piece.addPartitions(View.partition(image, next));
            }
            if (piece.getPartitionsCount() > 0 || !sentAny) {
                reply.onNext(piece.build());
                sentAny = true;
            }
            if (next == null) {
                done = true;
                reply.onCompleted();
            }
        }
    }

    private boolean isReady() {
        return !(reply instanceof ServerCallStreamObserver<ListPartitionsReply> call)
                || (call.isReady() && !call.isCancelled());
    }

    private @Nullable PartitionState next() {
        while (true) {
            Resource current = resource;
            if (current == null || partition >= current.partitions()) {
                if (!resources.hasNext()) {
                    return null;
                }
                resource = resources.next();
                boolean wanted =
                        request.getResource().isEmpty() || request.getResource().equals(resource.name());
                partition = wanted ? 0 : resource.partitions();
                continue;
            }
            PartitionState state = image.partitionAt(current.slotOf(partition++));
            boolean onBroker = !request.hasBroker() || state.hasReplica(request.getBroker());
            boolean leaderless = !request.getLeaderless() || state.leader() == PartitionState.NONE;
            boolean parked = !request.getParked() || image.isParked(state.slot());
            if (onBroker && leaderless && parked) {
                return state;
            }
        }
    }
}
