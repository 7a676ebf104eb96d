package io.muster.testkit.sim;

import io.muster.log.v1.Batch;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.memory.InMemoryMetadataLog;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.metadata.log.memory.QuorumDriver;
import io.muster.metadata.log.memory.Slot;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Decides when the voters' log does what Raft would do: commits when a majority is reached, elects when the leader is lost,
 * lets deposed leaders find out late, delivers to each voter at its own pace. Not thread-safe.
 */
final class SimQuorum implements QuorumDriver {
    private static final long MS = 1_000_000;
    private static final long ELECTION_TIMEOUT_NS = 500 * MS;
    /** One in so many looks, a voter takes a snapshot. */
    private static final int SNAPSHOT_ODDS = 600;

    private static final long LOOK_EVERY_NS = 100 * MS;
    /** A voter that is further behind gets a snapshot: what it misses is purged. */
    private static final int PURGED_AFTER = 1000;

    private final SimCluster cluster;
    private final EventQueue queue;
    private final SimNetwork network;
    private final SplittableRandom random;
    private final List<Integer> ids;
    private final InMemoryQuorum quorum;
    private int read;
    private boolean committing;
    /** When an election is due because no leader reaches a majority; -1 while one does. */
    private long electAtNs = -1;

    private int lagging = -1;
    private long electedAtNs;
    private int slowDisk = -1;
    private long slowDiskMaxNs = 1;

    SimQuorum(SimCluster cluster, List<Integer> ids, SplittableRandom random) {
        this.cluster = cluster;
        this.queue = cluster.queue();
        this.network = cluster.network();
        this.ids = ids;
        this.random = random;
        this.quorum = new InMemoryQuorum(new TreeSet<>(ids), this);
        quorum.tamper(cluster.bugs().tampering());
        queue.after(0, this::look);
    }

    InMemoryQuorum memory() {
        return quorum;
    }

    /** The voter that leads and reaches a majority now, or -1. */
    int leader() {
        return quorum.isEstablished() && reachesMajority(quorum.leader()) ? quorum.leader() : -1;
    }

    /** How long ago another voter was elected in place of this one; 0 while it leads. */
    long sinceLastElectionNs(int voter) {
        return quorum.leader() == voter ? 0 : queue.nowNs() - electedAtNs;
    }

    void lag(int voter) {
        lagging = voter;
    }

    /** From now on each append of {@code voter} takes up to {@code maxMs} longer; -1 for nobody's. */
    void slowDisk(int voter, long maxMs) {
        slowDisk = voter;
        slowDiskMaxNs = maxMs * MS;
    }

    private boolean runs(int id) {
        SimVoter voter = cluster.voter(id);
        return voter != null && !voter.process().isPaused();
    }

    /** Runs, and its log is one that votes and commits may count on. */
    private boolean votes(int id) {
        return runs(id) && cluster.node(id).disk == DiskState.WHOLE;
    }

    private boolean reachesMajority(int id) {
        if (!votes(id)) {
            return false;
        }
        int reached = 0;
        for (int other : ids) {
            if (votes(other) && network.connected(id, other)) {
                reached++;
            }
        }
        return 2 * reached > ids.size();
    }

    // ---- appending and committing

    @Override
    public void onAppended(int voter) {
        if (!committing) {
            committing = true;
            queue.after(appendNs(), this::commit);
        }
    }

    private long appendNs() {
        long slow = quorum.leader() == slowDisk ? random.nextLong(slowDiskMaxNs) : 0;
        return 300_000 + random.nextLong(3 * MS) + slow;
    }

    private void commit() {
        committing = false;
        if (!quorum.isEstablished() || quorum.tailLength() == 0) {
            return;
        }
        int leader = quorum.leader();
        if (reachesMajority(leader)) {
            // What was appended a moment ago may still be on its way.
            quorum.commit(1 + random.nextInt(quorum.tailLength()));
            readCommitted();
            deliverSoon();
        }
        if (quorum.tailLength() > 0) {
            committing = true;
            queue.after(reachesMajority(leader) ? appendNs() : 20 * MS, this::commit);
        }
    }

    private void readCommitted() {
        List<Slot> log = quorum.committed();
        while (read < log.size()) {
            Slot slot = log.get(read++);
            queue.mix(slot.term());
            for (Batch b : slot.entry().getBatchesList()) {
                queue.mix(b.getBaseOffset() ^ b.getTimestampMs() << 20 ^ b.getRecordsCount());
                cluster.trace(() -> "committed " + b.getBaseOffset() + " in term " + slot.term() + ": "
                        + b.getCause().getKind() + ", " + b.getCause().getSentence());
            }
            cluster.invariants().committed(slot.term(), slot.entry());
        }
    }

    private void deliverSoon() {
        for (int id : ids) {
            SimVoter voter = cluster.voter(id);
            if (voter == null) {
                continue;
            }
            if (id == quorum.leader()) {
                voter.process().after(50_000 + random.nextLong(500_000), () -> deliver(voter, Integer.MAX_VALUE));
            } else if (id != lagging && network.connected(quorum.leader(), id)) {
                long delay = network.delayNs(quorum.leader(), id) * 2;
                voter.process().after(delay, () -> deliver(voter, 1 + random.nextInt(20)));
            }
        }
    }

    private void deliver(SimVoter voter, int count) {
        if (cluster.voter(voter.id()) == voter) {
            quorum.deliver(voter.id(), count);
            cluster.stepped();
        }
    }

    // ---- leadership

    /** A look at the whole every now and then: what a Raft server's timers would notice. */
    private void look() {
        queue.after(LOOK_EVERY_NS, this::look);
        int leader = leader();
        if (leader >= 0) {
            electAtNs = -1;
            keepUp(leader);
        } else if (electAtNs < 0) {
            electAtNs = queue.nowNs() + ELECTION_TIMEOUT_NS + random.nextLong(ELECTION_TIMEOUT_NS);
        } else if (queue.nowNs() >= electAtNs) {
            electSomebody();
        }
        for (int id : ids) {
            stepDownIfAlone(id);
            if (random.nextInt(SNAPSHOT_ODDS) == 0 && runs(id)) {
                quorum.takeSnapshot(id);
            }
        }
    }

    /** Followers that are behind catch up, and hear who leads. */
    private void keepUp(int leader) {
        for (int id : ids) {
            SimVoter voter = cluster.voter(id);
            if (voter == null || !network.connected(leader, id)) {
                continue;
            }
            Leadership known = voter.log().leadership();
            if (known.leaderId() != leader || known.epoch() != quorum.term()) {
                voter.process().run(() -> {
                    if (cluster.voter(id) == voter) {
                        quorum.tell(id);
                    }
                });
            }
            int behind = quorum.committed().size() - voter.log().applied();
            if (behind > 0 && id != lagging) {
                voter.process().run(() -> catchUp(voter, leader));
            } else if (behind == 0) {
                // A replaced voter holds everything that was ever acknowledged: it counts again.
                cluster.node(id).disk = DiskState.WHOLE;
            }
        }
        if (quorum.tailLength() > 0) {
            onAppended(leader);
        }
    }

    private void catchUp(SimVoter voter, int leader) {
        if (cluster.voter(voter.id()) != voter) {
            return;
        }
        if (quorum.committed().size() - voter.log().applied() > PURGED_AFTER
                && quorum.process(leader).isPresent()) {
            quorum.takeSnapshot(leader);
            quorum.installSnapshot(leader, voter.id());
        }
        deliver(voter, 200);
    }

    /** A leader that has lost its majority finds out by itself, some time within two election timeouts. */
    private void stepDownIfAlone(int id) {
        SimVoter voter = cluster.voter(id);
        if (voter == null || voter.log().leadingTerm() == 0 || voter.process().isPaused()) {
            return;
        }
        if (!reachesMajority(id) && random.nextInt(12) == 0) {
            quorum.depose(id, "no majority answers");
        }
    }

    void electSomebody() {
        List<Integer> able = ids.stream().filter(this::reachesMajority).toList();
        electAtNs = -1;
        if (!able.isEmpty()) {
            int kept = random.nextInt(quorum.tailLength() + 1);
            elect(able.get(random.nextInt(able.size())), random.nextBoolean() ? quorum.tailLength() : kept);
        }
    }

    /** Elects a voter that reaches a majority; it leads a moment later, if nothing comes in between. */
    void elect(int id, int kept) {
        if (!reachesMajority(id)) {
            return;
        }
        if (kept < quorum.tailLength()) {
            cluster.count(FaultKind.LOST_TAIL);
        }
        quorum.elect(id, kept);
        electedAtNs = queue.nowNs();
        long term = quorum.term();
        cluster.trace(() -> "voter " + id + " is elected in term " + term);
        queue.after(appendNs() * 2, () -> {
            if (quorum.term() == term && !quorum.isEstablished() && reachesMajority(id)) {
                SimVoter voter = cluster.voter(id);
                if (voter != null) {
                    voter.process().run(this::establish);
                }
            }
        });
    }

    private void establish() {
        if (quorum.process(quorum.leader()).isEmpty() || quorum.isEstablished()) {
            return;
        }
        quorum.commitKept();
        readCommitted();
        quorum.establish();
        cluster.stepped();
    }

    @Override
    public void onResigning(int voter) {
        List<Integer> others =
                ids.stream().filter(id -> id != voter && reachesMajority(id)).toList();
        queue.after(appendNs(), () -> {
            if (quorum.leader() == voter && !others.isEmpty()) {
                elect(others.get(random.nextInt(others.size())), quorum.tailLength());
            } else {
                quorum.process(voter).ifPresent(InMemoryMetadataLog::resignationFailed);
            }
        });
    }

    @Override
    public void onLeaderIsGone(int voter, int deadLeader) {
        if (quorum.leader() == deadLeader && leader() < 0 && cluster.voter(deadLeader) == null) {
            electAtNs = queue.nowNs();
        }
    }
}
