package io.muster.metadata.log.ratis;

import io.muster.error.MusterException;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.InvariantViolation;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.Replica;
import io.muster.metadata.snapshot.SnapshotFile;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ratis calls: applies committed entries through {@link Replica}, on Ratis's one updater thread, and turns its notifications into those of
 * {@link LogListener}.
 *
 * <p>Nothing throws before the append (a throw there leaks permits or costs leadership). Apply fails for one reason only: the log
 * holds what this software cannot apply. Then nothing behind it is applied and the process must end.
 */
final class MetadataStateMachine extends BaseStateMachine {
    /** The answer to an append whose entry counted, and to one whose entry was a no-op. */
    static final ByteString COUNTED = ByteString.copyFrom(new byte[] {1});

    private static final ByteString IGNORED = ByteString.copyFrom(new byte[] {0});
    private static final Logger LOG = LoggerFactory.getLogger(MetadataStateMachine.class);

    private final SnapshotStore store;
    private final LogListener listener;
    private final Failure failure;
    private final Executor snapshotThread;
    private final Runnable onFirstCommit;
    private final Runnable onApplied;
    private final AtomicBoolean snapshotRuns = new AtomicBoolean();
    private final Replica replica;
    private boolean ignored;
    private boolean committed;
    private long leaderTerm;

    /** The snapshot that Ratis was told of last. */
    private long answered = -1;

    /** The last applied entry and the image after it. */
    private volatile Position position;

    /** The term that this voter leads in and has told the listener of; 0 for none. */
    private volatile long leadingTerm;

    /** True from a won election to the loss of that leadership. */
    private volatile boolean elected;

    private record Position(TermIndex at, MetadataImage image) {}

    /**
     * @param snapshotThread runs one task at a time
     * @param onFirstCommit run on the updater thread before the first committed entry of this process is applied
     * @param onApplied run on the updater thread after each entry
     */
    MetadataStateMachine(
            SnapshotStore store,
            LogListener listener,
            Failure failure,
            Executor snapshotThread,
            Runnable onFirstCommit,
            Runnable onApplied) {
        this.store = store;
        this.listener = listener;
        this.failure = failure;
        this.snapshotThread = snapshotThread;
        this.onFirstCommit = onFirstCommit;
        this.onApplied = onApplied;
        this.replica = new Replica(MetadataImage.EMPTY, new NotingIgnored());
        this.position = new Position(TermIndex.INITIAL_VALUE, MetadataImage.EMPTY);
    }

    MetadataImage image() {
        return replica.image();
    }

    long leadingTerm() {
        return leadingTerm;
    }

    // ---- start, snapshots in

    @Override
    public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage storage) throws IOException {
        super.initialize(server, groupId, storage);
        getLifeCycle()
                .startAndTransition(
                        () -> {
                            store.init(storage);
                            load();
                        },
                        IOException.class);
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        try {
            store.syncReceived();
        } catch (IOException e) {
            failure.report("A snapshot from the leader cannot be written (" + e + "); check the disk.", e);
        }
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void reinitialize() throws IOException {
        try {
            store.syncNames();
            store.loadLatestSnapshot();
            load();
        } catch (IOException | RuntimeException e) {
            failure.report("A snapshot from the leader cannot be loaded: " + e.getMessage(), e);
            throw e;
        }
        getLifeCycle().transition(LifeCycle.State.STARTING);
        getLifeCycle().transition(LifeCycle.State.RUNNING);
    }

    private void load() throws IOException {
        SingleFileSnapshotInfo latest = store.getLatestSnapshot();
        if (latest == null) {
            return;
        }
        MetadataImage image = SnapshotFile.read(latest.getFile().getPath());
        setLastAppliedTermIndex(latest.getTermIndex());
        answered = latest.getIndex();
        position = new Position(latest.getTermIndex(), image);
        LOG.info("Loaded the snapshot of offset {} (Raft index {})", image.nextOffset(), latest.getIndex());
        replica.replace(image);
    }

    // ---- snapshots out

    @Override
    public SnapshotStore getStateMachineStorage() {
        return store;
    }

    /**
     * Called by Ratis when enough entries were applied, again and again until the answer has risen. A snapshot is written in the
     * background from the immutable image, so that applying goes on; the log is purged up to the answer, so the answer is the last
     * snapshot that is on disk.
     */
    @Override
    public long takeSnapshot() {
        SingleFileSnapshotInfo latest = store.getLatestSnapshot();
        long durable = latest == null ? -1 : latest.getIndex();
        if (durable > answered) {
            answered = durable;
        } else {
            writeInBackground(position);
        }
        return durable;
    }

    /** Takes a snapshot of what is applied now; completes with its next offset. */
    CompletableFuture<Long> takeSnapshotNow() {
        CompletableFuture<Long> done = new CompletableFuture<>();
        snapshotThread.execute(() -> write(position, done));
        return done;
    }

    private void writeInBackground(Position wanted) {
        if (snapshotRuns.compareAndSet(false, true)) {
            snapshotThread.execute(() -> {
                write(wanted, null);
                snapshotRuns.set(false);
            });
        }
    }

    private void write(Position wanted, @Nullable CompletableFuture<Long> done) {
        SingleFileSnapshotInfo latest = store.getLatestSnapshot();
        try {
            if (wanted.at().getIndex() >= 0
                    && (latest == null || latest.getIndex() < wanted.at().getIndex())) {
                store.write(wanted.at(), wanted.image());
                LOG.info(
                        "Wrote the snapshot of offset {} (Raft index {})",
                        wanted.image().nextOffset(),
                        wanted.at().getIndex());
            }
            if (done != null) {
                done.complete(wanted.image().nextOffset());
            }
        } catch (IOException | RuntimeException e) {
            boolean overtaken =
                    position.at().getIndex() > wanted.at().getIndex() && store.getLatestSnapshot() != latest;
            if (done != null) {
                done.completeExceptionally(e);
            }
            if (!overtaken) {
                failure.report(
                        "The snapshot of offset " + wanted.image().nextOffset() + " cannot be written (" + e
                                + "); check the disk of this voter: free space, permissions, errors in the system log.",
                        e);
            }
        }
    }

    // ---- append and apply

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
        TransactionContext.Builder builder =
                TransactionContext.newBuilder().setStateMachine(this).setClientRequest(request);
        if (request.getMessage() instanceof EntryMessage message) {
            return builder.setStateMachineContext(message.entry()).build();
        }
        TransactionContext refused = builder.build();
        refused.setException(new StateMachineException("only this process appends to the metadata log"));
        return refused;
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext context) {
        LogEntryProto raftEntry = java.util.Objects.requireNonNull(context.getLogEntry());
        TermIndex at = TermIndex.valueOf(raftEntry);
        ignored = false;
        try {
            beforeCommitted();
            LogEntry entry = context.getStateMachineContext() instanceof LogEntry known
                    ? known
                    : ProtobufBridge.fromRatis(raftEntry);
            replica.apply(at.getTerm(), entry);
        } catch (MusterException | InvariantViolation e) {
            failure.report("The entry at Raft index " + at.getIndex() + " cannot be applied: " + e.getMessage(), e);
            throw e;
        } catch (RuntimeException e) {
            failure.report("The entry at Raft index " + at.getIndex() + " cannot be applied: " + e, e);
            throw e;
        }
        moveTo(at);
        return CompletableFuture.completedFuture(Message.valueOf(ignored ? IGNORED : COUNTED));
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        beforeCommitted();
        moveTo(TermIndex.valueOf(term, index));
    }

    private void beforeCommitted() {
        if (!committed) {
            try {
                onFirstCommit.run();
            } catch (MusterException e) {
                failure.report("The first committed entry cannot be noted: " + e.getMessage(), e);
                throw e;
            }
            committed = true;
        }
    }

    private void moveTo(TermIndex at) {
        updateLastAppliedTermIndex(at);
        position = new Position(at, replica.image());
        onApplied.run();
    }

    // ---- leadership

    @Override
    public void notifyConfigurationChanged(long term, long index, RaftConfigurationProto configuration) {
        leaderTerm = term;
    }

    /** On the updater thread, just after the leader's own first entry: its term is exact, and every earlier term is applied. */
    @Override
    public void notifyLeaderReady() {
        long term = leaderTerm;
        leadingTerm = term;
        listener.onLeading(term, replica.image());
        if (!elected) {
            // it ended before or while the listener was told, on another thread
            leadingTerm = 0;
            listener.onNotLeading("leadership of epoch " + term + " was lost as it began");
        }
    }

    @Override
    public void notifyNotLeader(Collection<TransactionContext> pending) {
        long term = leadingTerm;
        elected = false;
        leadingTerm = 0;
        listener.onNotLeading(
                term == 0 ? "this voter does not lead" : "this voter no longer leads the quorum in epoch " + term);
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId self, RaftPeerId leader) {
        if (leader.equals(self.getPeerId())) {
            elected = true;
        }
        long term = 0;
        RaftServer server = getServer().getNow(null);
        try {
            term = server == null
                    ? 0
                    : server.getDivision(self.getGroupId()).getInfo().getCurrentTerm();
        } catch (IOException e) {
            LOG.debug("The division is not there", e);
        }
        listener.onLeaderKnown(new Leadership(term, RatisIds.nodeId(leader), false));
    }

    // ---- the end

    @Override
    public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto entry) {
        String sentence = "The Raft log cannot be written (" + cause
                + "); this voter stops, because a disk that failed once is not"
                + " trusted again. Check free space and the disk, then start the node.";
        failure.report(sentence, DiskFailure.causeOf(sentence, cause));
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean allServers) {
        failure.report("Ratis shut this voter down as " + role.getRole() + "; its log above says why.", null);
    }

    @Override
    public void notifyGroupRemove() {
        failure.report("This voter was removed from the quorum.", null);
    }

    @Override
    public void close() {
        failure.report("Ratis closed the log of this voter unexpectedly; its log above says why.", null);
    }

    /** Hands everything on, and notes whether an entry was a no-op. */
    private final class NotingIgnored implements LogListener {
        @Override
        public void onApplied(Applied applied, long term) {
            listener.onApplied(applied, term);
        }

        @Override
        public void onBarrier(long term, long barrierId) {
            listener.onBarrier(term, barrierId);
        }

        @Override
        public void onIgnored(long term, String why) {
            ignored = true;
            LOG.info("An entry of term {} changes nothing, because {}", term, why);
            listener.onIgnored(term, why);
        }

        @Override
        public void onImageReplaced(MetadataImage image) {
            listener.onImageReplaced(image);
        }

        @Override
        public void onLeading(long epoch, MetadataImage image) {
            listener.onLeading(epoch, image);
        }

        @Override
        public void onNotLeading(String why) {
            listener.onNotLeading(why);
        }

        @Override
        public void onLeaderKnown(Leadership leadership) {
            listener.onLeaderKnown(leadership);
        }

        @Override
        public void onFailure(String reason, Throwable cause) {
            failure.report(reason, cause);
        }
    }
}
