package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.log.HistoryReader;
import io.muster.metadata.log.HistoryReplay;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import io.muster.metadata.log.ReplicationStatus;
import io.muster.metadata.storage.StorageDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata log of one voter, on Apache Ratis. Thread-safe.
 *
 * <p>The storage directory is opened by the caller, stays open and locked until after {@link #close}, and its voter was admitted
 * before ({@link VoterAdmission}). Listener calls in log order come on Ratis's updater thread; {@code onNotLeading} and
 * {@code onLeaderKnown} come while Ratis holds a lock, so a listener that blocks there delays elections.
 */
public final class RatisMetadataLog implements MetadataLog {
    private static final Logger LOG = LoggerFactory.getLogger(RatisMetadataLog.class);
    private static final long WATCH_MS = 1000;

    private static final long DISK_LOOK_MS = 100;
    /** A leader whose disk finishes no write for so long hands leadership on; Ratis itself would keep it. */
    private static final long DISK_HUNG_MS = 5000;
    /** So does one whose writes all take longer than this, */
    private static final long DISK_SLOW_WRITE_MS = 500;
    /** for so long. */
    private static final long DISK_SLOW_FOR_MS = 10_000;
    /** Not again before: where every disk is slow, leadership must not go round in circles. */
    private static final long DISK_RESIGN_PAUSE_MS = 60_000;

    private static final long DISK_HUNG_RETRY_MS = 3_000;

    private final QuorumSettings settings;
    private final StorageDirectory storage;
    private final int nodeId;
    private final RaftPeerId self;
    private final RaftGroupId groupId;
    private final ExecutorService snapshotThread;
    private final ScheduledExecutorService timer;
    /** Of its own: what writes files may hang with the disk. */
    private final ScheduledExecutorService diskTimer;

    private final DiskWatch disk = new DiskWatch(
            TimeUnit.MILLISECONDS.toNanos(DISK_HUNG_MS),
            TimeUnit.MILLISECONDS.toNanos(DISK_SLOW_WRITE_MS),
            TimeUnit.MILLISECONDS.toNanos(DISK_SLOW_FOR_MS));
    /** Not again before. */
    private @Nullable Long resignAgainNs;
    /** Since when this voter leads, as the watch saw it. */
    private @Nullable Long leadsSinceNs;

    private volatile @Nullable Running running;
    private volatile @Nullable Failure failure;

    /** What exists between start and close. */
    private record Running(
            RaftServer server,
            RaftServer.Division division,
            MetadataStateMachine machine,
            Appender appender,
            EarlyElection early) {}

    /** @throws MusterException INVALID_ARGUMENT if the storage's node is not among the voters */
    public RatisMetadataLog(QuorumSettings settings, StorageDirectory storage) {
        this.settings = settings;
        this.storage = storage;
        this.nodeId = storage.identity().nodeId();
        settings.voter(nodeId);
        this.self = RatisIds.peerId(nodeId);
        this.groupId = RatisIds.groupId(storage.identity().clusterId());
        this.snapshotThread = Executors.newSingleThreadExecutor(task -> daemon(task, "muster-snapshot-" + nodeId));
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "muster-quorum-" + nodeId));
        this.diskTimer = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "muster-disk-" + nodeId));
    }

    @Override
    public void start(LogListener listener) {
        RatisProcess.tame();
        RatisProcess.withOwnClassLoader(() -> startQuorum(listener));
    }

    private void startQuorum(LogListener listener) {
        var end = new Failure(listener);
        failure = end;
        var mark = new CommittedMark(storage.committedMark());
        RaftServer server = null;
        try {
            VoterAdmission.refuseLostLog(storage);
            mark.refuseCutLog(storage.raftDirectory());
            var teller = new CommitTeller();
            var machine = new MetadataStateMachine(
                    new SnapshotStore(settings.snapshotsKept()),
                    listener,
                    end,
                    snapshotThread,
                    this::noteFirstCommit,
                    teller::applied);
            server = build(machine, teller);
            server.start();
            RaftServer.Division division = server.getDivision(groupId);
            var appender = new Appender(self, groupId, (RaftClientAsynchronousProtocol) division, division.getInfo());
            daemon(appender, "muster-append-" + nodeId).start();
            var early = new EarlyElection(server, division, settings, nodeId, timer);
            running = new Running(server, division, machine, appender, early);
        } catch (IOException | RuntimeException e) {
            end.closing();
            abandon(server);
            close();
            throw StartFailure.explain(e, settings, storage);
        }
        var unused = timer.scheduleWithFixedDelay(() -> watch(end, mark), WATCH_MS, WATCH_MS, TimeUnit.MILLISECONDS);
        var unusedToo =
                diskTimer.scheduleWithFixedDelay(this::lookAtDisk, DISK_LOOK_MS, DISK_LOOK_MS, TimeUnit.MILLISECONDS);
        LOG.info(
                "Voter {} started in the quorum {} of cluster {}",
                nodeId,
                settings.voters(),
                storage.identity().clusterId());
    }

    private RaftServer build(MetadataStateMachine machine, CommitTeller teller) throws IOException {
        RaftGroup group = RatisIds.group(storage.identity().clusterId(), settings.voters());
        Path metaDirectory =
                storage.raftDirectory().resolve(groupId.getUuid().toString()).resolve("current");
        var guard = new QuorumGuard(
                settings.voters().stream()
                        .map(voter -> RatisIds.peerId(voter.nodeId()).toByteString())
                        .collect(Collectors.toSet()),
                metaDirectory);
        var parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, (builder, types) -> builder.intercept(guard));
        teller.giveTo(parameters);
        RaftProperties properties = RatisProperties.of(settings, storage.raftDirectory());
        RaftConfigKeys.Rpc.setType(properties, new CommitTeller.Transport());
        VoteDurability.cover(groupId.toByteString(), self.toByteString(), metaDirectory);
        return RaftServer.newBuilder()
                .setServerId(self)
                .setGroup(group)
                // formats an empty directory; the alternative wipes a full one
                .setOption(RaftStorage.StartupOption.RECOVER)
                .setStateMachineRegistry(id -> machine)
                .setProperties(properties)
                .setParameters(parameters)
                .build();
    }

    private void noteFirstCommit() {
        try {
            storage.markBootstrapped();
        } catch (IOException e) {
            throw new MusterException(ErrorCode.FAILED_PRECONDITION, DiskFailure.sentence(storage.path(), e), e);
        }
    }

    /** Notices what Ratis tells nobody: a division that ended by itself. Writes the mark. */
    private void watch(Failure end, CommittedMark mark) {
        Running now = running;
        if (now == null || end.isClosing()) {
            return;
        }
        try {
            if (!now.division().getInfo().isAlive()) {
                end.report("The Raft division of this voter ended by itself; its log above says why.", null);
                return;
            }
            mark.write(Math.min(
                    now.division().getInfo().getLastAppliedIndex(),
                    now.division().getRaftLog().getFlushIndex()));
        } catch (IOException e) {
            String sentence = DiskFailure.sentence(storage.path(), e);
            end.report(sentence, DiskFailure.causeOf(sentence, e));
        } catch (RuntimeException e) {
            LOG.warn("The quorum could not be looked after this once: {}", e.toString());
        }
    }

    private void lookAtDisk() {
        Running now = running;
        if (now == null) {
            return;
        }
        try {
            RaftLog log = now.division().getRaftLog();
            watchDisk(log.getFlushIndex(), log.getNextIndex() - 1, System.nanoTime());
        } catch (RuntimeException e) {
            LOG.warn("The disk could not be looked after this once: {}", e.toString());
        }
    }

    /** Hands leadership on, if this voter has it and its disk is not up to it. */
    synchronized void watchDisk(long flushedIndex, long lastIndex, long nowNs) {
        DiskWatch.Finding finding = disk.look(flushedIndex, lastIndex, nowNs);
        Running now = running;
        if (now == null || !now.division().getInfo().isLeader()) {
            leadsSinceNs = null;
            return;
        }
        leadsSinceNs = leadsSinceNs == null ? Long.valueOf(nowNs) : leadsSinceNs;
        boolean hung = finding == DiskWatch.Finding.HUNG;
        // Slow while it followed is no reason to pass leadership on at once: where every disk is slow it would go
        // round.
        boolean slow = finding == DiskWatch.Finding.SLOW
                && nowNs - leadsSinceNs >= TimeUnit.MILLISECONDS.toNanos(DISK_SLOW_FOR_MS);
        if (!(hung || slow) || (resignAgainNs != null && nowNs - resignAgainNs < 0)) {
            return;
        }
        resignAgainNs = nowNs + TimeUnit.MILLISECONDS.toNanos(DISK_RESIGN_PAUSE_MS);
        LOG.warn(
                "Voter {} gives up leadership, because its disk {}; check it",
                nodeId,
                hung
                        ? "has not finished a write for " + DISK_HUNG_MS + " ms"
                        : "has taken more than " + DISK_SLOW_WRITE_MS + " ms for each write, for " + DISK_SLOW_FOR_MS
                                + " ms");
        var unused = resign().whenComplete((done, error) -> {
            if (hung && (error != null || !done)) {
                // It can commit nothing, so no lease is renewed: it must not keep what nobody took this time.
                resignAgainAt(nowNs + TimeUnit.MILLISECONDS.toNanos(DISK_HUNG_RETRY_MS));
            }
        });
    }

    private synchronized void resignAgainAt(long ns) {
        resignAgainNs = ns;
    }

    @Override
    public CompletionStage<AppendOutcome> append(LogEntry entry) {
        Running now = running;
        return now == null
                ? CompletableFuture.completedStage(AppendOutcome.REFUSED)
                : now.appender().append(entry);
    }

    /** Appends without a look at what the entry holds: for tests of what a later version may write. */
    CompletionStage<AppendOutcome> appendUnchecked(EntryMessage message) {
        return started().appender().append(message);
    }

    @Override
    public MetadataImage image() {
        Running now = running;
        return now == null ? MetadataImage.EMPTY : now.machine().image();
    }

    @Override
    public Leadership leadership() {
        Running now = running;
        if (now == null) {
            return Leadership.NONE;
        }
        DivisionInfo info = now.division().getInfo();
        long term = info.getCurrentTerm();
        int leader = RatisIds.nodeId(info.getLeaderId());
        boolean local = info.isLeader() && term == now.machine().leadingTerm();
        return new Leadership(term, leader, local);
    }

    @Override
    public ReplicationStatus replication() {
        Running now = running;
        if (now == null) {
            return new ReplicationStatus(Leadership.NONE, -1, -1, -1, List.of());
        }
        DivisionInfo info = now.division().getInfo();
        RaftLog log = now.division().getRaftLog();
        long end = log.getNextIndex() - 1;
        Map<Integer, Handover.Follower> followers = Followers.of(info).stream()
                .collect(Collectors.toMap(Handover.Follower::nodeId, follower -> follower, (a, b) -> a));
        Map<Integer, String> directories = storage.knownDirectories();
        List<ReplicationStatus.VoterStatus> voters = new ArrayList<>();
        for (Voter voter : settings.voters()) {
            boolean local = voter.nodeId() == nodeId;
            Handover.Follower follower = followers.get(voter.nodeId());
            voters.add(new ReplicationStatus.VoterStatus(
                    voter.nodeId(),
                    local ? storage.identity().directoryId() : directories.getOrDefault(voter.nodeId(), ""),
                    voter.endpoint(),
                    local ? end : follower == null ? -1 : follower.matchIndex(),
                    local ? 0 : follower == null ? -1 : follower.silentMs()));
        }
        return new ReplicationStatus(
                leadership(), end, log.getLastCommittedIndex(), info.getLastAppliedIndex(), List.copyOf(voters));
    }

    /** Reads the files beside Ratis: what it keeps in memory reaches back only a little. */
    @Override
    public void readHistory(HistoryReader reader) {
        var replay = new HistoryReplay(reader, started().machine().image().nextOffset());
        RatisLogReader.readWhile(storage.path(), item -> {
            if (item instanceof RatisLogReader.Item.Snapshot snapshot) {
                replay.from(snapshot.image());
            }
            return !(item instanceof RatisLogReader.Item.Entry entry) || replay.next(entry.term(), entry.entry());
        });
        replay.finish();
    }

    @Override
    public CompletionStage<Long> takeSnapshot() {
        return started().machine().takeSnapshotNow();
    }

    @Override
    public CompletionStage<Boolean> resign() {
        Running now = started();
        return Handover.resign(
                now.server(), now.division(), Followers.of(now.division().getInfo()));
    }

    /** See {@link EarlyElection}: Raft's own rules decide who may lead; with proof of death, no living leader is disturbed. */
    @Override
    public void leaderIsGone(int deadLeader) {
        Running now = running;
        if (now != null) {
            now.early().leaderIsGone(deadLeader);
        }
    }

    @Override
    public void close() {
        Failure end = failure;
        if (end != null) {
            end.closing();
        }
        Running now = running;
        running = null;
        timer.shutdownNow();
        diskTimer.shutdownNow();
        if (now != null) {
            now.appender().stop();
            abandon(now.server());
        }
        VoteDurability.forget(groupId.toByteString(), self.toByteString());
        snapshotThread.shutdown();
    }

    private Running started() {
        Running now = running;
        if (now == null) {
            throw new MusterException(ErrorCode.UNAVAILABLE, "The quorum log of this voter is not running.");
        }
        return now;
    }

    private static void abandon(@Nullable RaftServer server) {
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (IOException | RuntimeException e) {
            LOG.debug("The quorum did not close cleanly", e);
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
