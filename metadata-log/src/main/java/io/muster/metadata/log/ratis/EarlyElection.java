package io.muster.metadata.log.ratis;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a follower stand for election before its timeout, when the leader's process is known to be gone.
 *
 * <p>Ratis 3.3.0 has one door to an election: the message with which a leader hands over ({@code startLeaderElection}). It is
 * accepted in the name of the leader that this follower follows, in its present term, if the follower's log is not behind
 * the entry it names. So it is handed in locally, in the dead leader's name, with the follower's own last entry.
 *
 * <p><b>Safety.</b> Only the standing is early. Term, vote and log comparison are Raft's own: a candidate that lacks a committed
 * entry is not elected, and there is one leader a term at most. What this door skips is the pre-vote, so a leader that lives after
 * all would be deposed. Hence the check that nothing was heard of it since; the caller must have proof (its port refuses
 * connections), not suspicion.
 *
 * <p>Voters stand one after the other, by node id, {@link #staggerMs} apart: two candidates at once would split the vote. If the first is
 * refused because its log is shorter, the ordinary election follows at its timeout.
 */
final class EarlyElection {
    private static final Logger LOG = LoggerFactory.getLogger(EarlyElection.class);
    private static final int MIN_STAGGER_MS = 40;
    private static final int MAX_STAGGER_MS = 150;

    private final RaftServer server;
    private final RaftServer.Division division;
    private final RaftGroupId groupId;
    private final List<Integer> voters;
    private final int self;
    private final int staggerMs;
    private final ScheduledExecutorService timer;

    EarlyElection(
            RaftServer server,
            RaftServer.Division division,
            QuorumSettings settings,
            int self,
            ScheduledExecutorService timer) {
        this.server = server;
        this.division = division;
        this.groupId = division.getMemberId().getGroupId();
        this.voters = settings.voters().stream().map(Voter::nodeId).sorted().toList();
        this.self = self;
        this.staggerMs = Math.min(MAX_STAGGER_MS, Math.max(MIN_STAGGER_MS, settings.electionTimeoutMinMs() / 5));
        this.timer = timer;
    }

    int staggerMs() {
        return staggerMs;
    }

    /** The leader {@code dead} is gone. Returns at once. */
    void leaderIsGone(int dead) {
        RaftPeerId leader = RatisIds.peerId(dead);
        DivisionInfo info = division.getInfo();
        if (dead == self || !info.isFollower() || !leader.equals(info.getLeaderId())) {
            return;
        }
        long term = info.getCurrentTerm();
        long calledAt = System.nanoTime();
        long turn = voters.stream().filter(id -> id != dead && id < self).count();
        var unused = timer.schedule(() -> stand(leader, term, calledAt), turn * staggerMs, TimeUnit.MILLISECONDS);
    }

    private void stand(RaftPeerId leader, long term, long calledAt) {
        DivisionInfo info = division.getInfo();
        long sinceCallMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - calledAt);
        TermIndex last = division.getRaftLog().getLastEntryTermIndex();
        if (!info.isFollower() || info.getCurrentTerm() != term || !leader.equals(info.getLeaderId()) || last == null) {
            return;
        }
        long silentMs =
                info.getRoleInfoProto().getFollowerInfo().getLeaderInfo().getLastRpcElapsedTimeMs();
        if (silentMs < sinceCallMs) {
            LOG.info("Voter {} does not stand for election: leader {} was heard of again", self, leader);
            return;
        }
        try {
            boolean standing = server.startLeaderElection(request(leader, last))
                    .getServerReply()
                    .getSuccess();
            LOG.info(
                    "Voter {} {} for election in epoch {}, because leader {} is gone",
                    self,
                    standing ? "stands" : "may not stand",
                    term + 1,
                    leader);
        } catch (IOException | RuntimeException e) {
            LOG.info(
                    "Voter {} waits for the election timeout, because it could not stand at once: {}",
                    self,
                    e.toString());
        }
    }

    private StartLeaderElectionRequestProto request(RaftPeerId leader, TermIndex last) {
        return StartLeaderElectionRequestProto.newBuilder()
                .setServerRequest(RaftRpcRequestProto.newBuilder()
                        .setRequestorId(leader.toByteString())
                        .setReplyId(server.getId().toByteString())
                        .setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(groupId)))
                .setLeaderLastEntry(last.toProto())
                .build();
    }
}
