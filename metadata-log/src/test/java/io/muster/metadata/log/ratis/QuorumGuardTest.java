package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.metadata.log.ratis.QuorumHarness.Node;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.grpc.server.GrpcServicesImpl;
import org.apache.ratis.proto.RaftProtos.GroupListRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftGroupIdProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.TermIndexProto;
import org.apache.ratis.proto.grpc.AdminProtocolServiceGrpc;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.util.CodeInjectionForTesting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may say what on the quorum listener, and that a vote is on disk before it is known. */
class QuorumGuardTest {
    @TempDir
    Path dir;

    @Test
    void strangersAndAdministrationAreRefusedAndChangeNothing() throws Exception {
        try (var quorum = new QuorumHarness(dir, 1, settings -> settings)) {
            Node node = quorum.start(1);
            quorum.awaitLeader();
            long epoch = node.log.leadership().epoch();
            ManagedChannel channel = NettyChannelBuilder.forAddress(
                            "127.0.0.1", quorum.settings(1).bindPort())
                    .usePlaintext()
                    .build();
            try {
                var admin = AdminProtocolServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
                assertThatThrownBy(() -> admin.groupList(GroupListRequestProto.getDefaultInstance()))
                        .isInstanceOf(StatusRuntimeException.class)
                        .hasMessageContaining("PERMISSION_DENIED");
                var raft =
                        RaftServerProtocolServiceGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
                assertThatThrownBy(() -> raft.requestVote(vote(node, "9", false)))
                        .isInstanceOf(StatusRuntimeException.class)
                        .hasMessageContaining("9 is no voter of this quorum");
            } finally {
                channel.shutdownNow();
            }
            assertThat(node.log.leadership().epoch()).isEqualTo(epoch);
            assertThat(node.log.leadership().isLocal()).isTrue();
            QuorumHarness.appendMany(node, 3);
        }
    }

    @Test
    void candidateMakesItsOwnVoteDurableBeforeItAsksOthers() throws Exception {
        ByteString group = ByteString.copyFromUtf8("group");
        ByteString peer = ByteString.copyFromUtf8("1");
        VoteDurability.cover(group, peer, dir.resolve("not-there"));
        try {
            assertThat(ask(group, peer, true)).isFalse();
            assertThatThrownBy(() -> ask(group, peer, false)).isInstanceOf(UncheckedIOException.class);
            VoteDurability.cover(group, peer, dir);
            assertThat(ask(group, peer, false)).isTrue();
        } finally {
            VoteDurability.forget(group, peer);
        }
        assertThat(ask(group, peer, false)).isFalse();
    }

    private static boolean ask(ByteString group, ByteString peer, boolean preVote) {
        RequestVoteRequestProto request = RequestVoteRequestProto.newBuilder()
                .setPreVote(preVote)
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(peer)
                        .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group)))
                .build();
        return CodeInjectionForTesting.execute(GrpcServicesImpl.GRPC_SEND_SERVER_REQUEST, "1", "2", request);
    }

    private static RequestVoteRequestProto vote(Node node, String sender, boolean preVote) {
        ByteString group = RatisIds.groupId(node.storage.identity().clusterId()).toByteString();
        return RequestVoteRequestProto.newBuilder()
                .setPreVote(preVote)
                .setCandidateTerm(1000)
                .setCandidateLastEntry(TermIndexProto.newBuilder().setTerm(1000).setIndex(1000))
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(ByteString.copyFromUtf8(sender))
                        .setReplyId(ByteString.copyFromUtf8("1"))
                        .setRaftGroupId(RaftGroupIdProto.newBuilder().setId(group)))
                .build();
    }
}
