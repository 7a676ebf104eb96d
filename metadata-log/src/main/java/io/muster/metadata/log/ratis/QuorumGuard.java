package io.muster.metadata.log.ratis;

import java.nio.file.Path;
import java.util.Set;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.ReadIndexRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCallListener;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in front of the Raft listener. Only messages between voters pass: Ratis also serves its client and its administration
 * there, by which anyone could write entries, change the members or delete the log; Muster uses neither over the network.
 * A message that names a sender who is no voter is refused (Ratis itself answers SUCCESS and takes over the stranger's term).
 * A vote is made durable before it is answered ({@link VoteDurability}). Without TLS a sender can lie about its name: this is
 * a guard against mistakes, not against an attacker on the network. Thread-safe.
 */
final class QuorumGuard implements ServerInterceptor {
    private static final Logger LOG = LoggerFactory.getLogger(QuorumGuard.class);
    private static final String RAFT_SERVICE = "ratis.grpc.RaftServerProtocolService";
    private static final String VOTE_METHOD = "requestVote";

    private final Set<ByteString> voters;
    private final Path metaDirectory;

    /** @param voters Raft ids of the voters */
    QuorumGuard(Set<ByteString> voters, Path metaDirectory) {
        this.voters = Set.copyOf(voters);
        this.metaDirectory = metaDirectory;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!RAFT_SERVICE.equals(call.getMethodDescriptor().getServiceName())) {
            return refuse(call, "the quorum listener serves voters only");
        }
        boolean vote = VOTE_METHOD.equals(call.getMethodDescriptor().getBareMethodName());
        ServerCall<Q, A> guarded = vote ? new DurableVote<>(call, metaDirectory) : call;
        return new KnownSenders<>(next.startCall(guarded, headers), call);
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
        LOG.warn(
                "Refused {} from {}, because {}",
                call.getMethodDescriptor().getFullMethodName(),
                call.getAttributes(),
                why);
        call.close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static @Nullable RaftRpcRequestProto sender(Object message) {
        if (message instanceof AppendEntriesRequestProto append) {
            return append.getServerRequest();
        }
        if (message instanceof RequestVoteRequestProto vote) {
            return vote.getServerRequest();
        }
        if (message instanceof InstallSnapshotRequestProto install) {
            return install.getServerRequest();
        }
        if (message instanceof ReadIndexRequestProto read) {
            return read.getServerRequest();
        }
        if (message instanceof StartLeaderElectionRequestProto start) {
            return start.getServerRequest();
        }
        return null;
    }

    /** Lets messages of voters pass. */
    private final class KnownSenders<Q, A> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private boolean refused;

        KnownSenders(ServerCall.Listener<Q> delegate, ServerCall<Q, A> call) {
            super(delegate);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            RaftRpcRequestProto sender = sender(message);
            if (!refused && sender != null && voters.contains(sender.getRequestorId())) {
                super.onMessage(message);
                return;
            }
            if (!refused) {
                refused = true;
                refuse(
                        call,
                        (sender == null
                                        ? "an unknown sender"
                                        : sender.getRequestorId().toStringUtf8()) + " is no voter of this quorum");
                super.onCancel();
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }

    /** Waits for the disk before it answers. */
    private static final class DurableVote<Q, A> extends ForwardingServerCall.SimpleForwardingServerCall<Q, A> {
        private final Path metaDirectory;

        DurableVote(ServerCall<Q, A> call, Path metaDirectory) {
            super(call);
            this.metaDirectory = metaDirectory;
        }

        @Override
        public void sendMessage(A message) {
            VoteDurability.sync(metaDirectory);
            super.sendMessage(message);
        }
    }
}
