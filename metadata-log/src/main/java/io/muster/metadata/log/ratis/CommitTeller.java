package io.muster.metadata.log.ratis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;
import org.apache.ratis.server.raftlog.RaftLogIOException;

/**
 * Lets a leader tell its followers of a commit at once.
 *
 * <p>In Raft a follower learns that an entry is committed with the leader's next message. With Ratis 3.3.0 that is the next entry, or
 * the next heartbeat: half an election timeout later at worst. Whoever reads from that follower (a broker that must give back
 * a partition, or take one over) waits as long. So here the leader, when it has applied an entry and has nothing else to
 * send, sends an empty append that carries the commit index: no entry, no fsync, at most one for each follower and commit, and
 * none while entries flow, for they carry it anyway. Thread-safe.
 */
final class CommitTeller {
    /** The newest appender for each follower; those of an earlier leadership are replaced and do nothing meanwhile. */
    private final Map<RaftPeerId, LogAppender> appenders = new ConcurrentHashMap<>();

    /** Something was applied on this voter: if it leads, its followers are to hear of it. Never blocks. */
    void applied() {
        appenders.values().forEach(LogAppender::notifyLogAppender);
    }

    /** Makes the server that is built with {@code parameters} and {@link Transport} use this object. */
    void giveTo(Parameters parameters) {
        parameters.put(CommitTeller.class.getName(), this, CommitTeller.class);
    }

    /** gRPC as Ratis has it, but for the appender of a leader. Ratis makes it by its name. */
    public static final class Transport implements RpcType {
        public Transport() {}

        @Override
        public String name() {
            return Transport.class.getName();
        }

        @Override
        public RpcFactory newFactory(Parameters parameters) {
            return new Factory(parameters, parameters.get(CommitTeller.class.getName(), CommitTeller.class));
        }
    }

    private static final class Factory extends GrpcFactory {
        private final CommitTeller teller;

        Factory(Parameters parameters, CommitTeller teller) {
            super(parameters);
            this.teller = teller;
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
            LogAppender appender = new Appender(division, leader, follower);
            teller.appenders.put(follower.getId(), appender);
            return appender;
        }
    }

    /** Sends the commit index alone when there is nothing to send it with. Requests are made by one thread at a time. */
    private static final class Appender extends GrpcLogAppender {
        private volatile long told = -1;

        Appender(RaftServer.Division division, LeaderState leader, FollowerInfo follower) {
            super(division, leader, follower);
        }

        @Override
        public AppendEntriesRequestProto newAppendEntriesRequest(long callId, boolean heartbeat)
                throws RaftLogIOException {
            AppendEntriesRequestProto request = super.newAppendEntriesRequest(callId, heartbeat);
            // While entries are not acknowledged an empty append would not carry the index.
            if (request == null
                    && !hasPendingDataRequests()
                    && told < getRaftLog().getLastCommittedIndex()) {
                request = super.newAppendEntriesRequest(callId, true);
            }
            if (request != null) {
                told = Math.max(told, request.getLeaderCommit());
            }
            return request;
        }
    }
}
