package io.muster.node.rpc;

import io.grpc.stub.StreamObserver;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import java.util.function.Supplier;

/** What every node answers about itself, whatever its roles and its state. */
public final class NodeRpc extends NodeServiceGrpc.NodeServiceImplBase {
    private final Supplier<DescribeNodeReply> self;

    /** @param self describes the node as it is now; called from any thread, must not block */
    public NodeRpc(Supplier<DescribeNodeReply> self) {
        this.self = self;
    }

    @Override
    public void describeNode(DescribeNodeRequest request, StreamObserver<DescribeNodeReply> observer) {
        observer.onNext(self.get());
        observer.onCompleted();
    }
}
