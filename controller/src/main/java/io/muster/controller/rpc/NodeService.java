package io.muster.controller.rpc;

import io.grpc.stub.StreamObserver;
import io.muster.rpc.v1.DescribeNodeReply;
import io.muster.rpc.v1.DescribeNodeRequest;
import io.muster.rpc.v1.NodeServiceGrpc;
import java.util.function.Supplier;

/** Says who this node is; also the answer to a probe for proof of death. */
public final class NodeService extends NodeServiceGrpc.NodeServiceImplBase {
    private final Supplier<DescribeNodeReply> facts;

    /** @param facts asked at each call, from any thread; must not block */
    public NodeService(Supplier<DescribeNodeReply> facts) {
        this.facts = facts;
    }

    @Override
    public void describeNode(DescribeNodeRequest request, StreamObserver<DescribeNodeReply> reply) {
        reply.onNext(facts.get());
        reply.onCompleted();
    }
}
