package io.muster.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;

/**
 * Three Ratis servers in this JVM with a state machine that does nothing: the floor under every commit of Muster. Requests are
 * handed in at the leader itself, as Muster does.
 */
final class RawRatis implements Committer {
    private static final long START_TIMEOUT_MS = 20_000;

    private final List<RaftServer> servers = new ArrayList<>();
    private final RaftGroup group;
    private final RaftServer leader;
    private final ClientId client = ClientId.randomId();
    private final Message payload;

    /**
     * @param payloadBytes size of one entry's data
     * @param properties the settings of a server from its port and directory
     */
    RawRatis(Path directory, int payloadBytes, BiFunction<Integer, Path, RaftProperties> properties) {
        payload = Message.valueOf(ByteString.copyFrom(new byte[payloadBytes]));
        List<RaftPeer> peers = new ArrayList<>();
        List<Integer> ports = Ports.free(3);
        for (int port : ports) {
            peers.add(RaftPeer.newBuilder()
                    .setId("peer-" + port)
                    .setAddress("127.0.0.1:" + port)
                    .build());
        }
        group = RaftGroup.valueOf(RaftGroupId.valueOf(UUID.randomUUID()), peers);
        try {
            for (int i = 0; i < peers.size(); i++) {
                RaftServer server = RaftServer.newBuilder()
                        .setServerId(peers.get(i).getId())
                        .setGroup(group)
                        .setProperties(properties.apply(ports.get(i), directory.resolve("raw-" + i)))
                        .setStateMachineRegistry(id -> new Nothing())
                        .setOption(RaftStorage.StartupOption.RECOVER)
                        .build();
                servers.add(server);
                server.start();
            }
            leader = awaitLeader();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RaftServer awaitLeader() throws IOException {
        long endNs = System.nanoTime() + START_TIMEOUT_MS * 1_000_000;
        while (System.nanoTime() - endNs < 0) {
            for (RaftServer server : servers) {
                if (server.getDivision(group.getGroupId()).getInfo().isLeaderReady()) {
                    return server;
                }
            }
            Thread.onSpinWait();
        }
        throw new IllegalStateException("no Ratis leader within " + START_TIMEOUT_MS + " ms");
    }

    @Override
    public String name() {
        return "raw Ratis";
    }

    @Override
    public CompletionStage<?> commit(int caller) {
        try {
            return leader.submitClientRequestAsync(RaftClientRequest.newBuilder()
                            .setClientId(client)
                            .setServerId(leader.getId())
                            .setGroupId(group.getGroupId())
                            .setCallId(CallId.getAndIncrement())
                            .setMessage(payload)
                            .setType(RaftClientRequest.writeRequestType())
                            .build())
                    .thenAccept(reply -> {
                        if (!reply.isSuccess()) {
                            throw new IllegalStateException("Ratis refused: " + reply);
                        }
                    });
        } catch (IOException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    @Override
    public void close() {
        for (RaftServer server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final class Nothing extends BaseStateMachine {
        private static final Message DONE = Message.valueOf(ByteString.EMPTY);

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            LogEntryProto entry = transaction.getLogEntry();
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(DONE);
        }
    }
}
