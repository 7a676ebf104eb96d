package io.muster.testkit.invariant;

import static io.muster.metadata.image.PartitionState.NONE;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What must hold (numbers as in docs/architecture.md), checked step by step. Every method throws {@link InvariantBroken} when
 * something does not hold. Not thread-safe.
 *
 * <p>It reads the committed log by itself ({@link #committed}) and so has its own opinion of what every replica must hold;
 * then it compares what voters applied, what was acknowledged, and who believes to own what. {@link #committed} and
 * {@link #checkWhole} alone check the log of a real cluster.
 */
public final class Invariants {
    /** Invariants are numbered 1 to this. */
    public static final int LAST = Tally.LAST;

    private final Tally tally = new Tally();
    private final LogInvariants log = new LogInvariants(tally, this::accepted);
    private final ReplicaAgreement agreement;
    private final Acknowledgements acknowledgements = new Acknowledgements(tally);
    private final OwnerInvariants owners = new OwnerInvariants(tally);
    private @Nullable Applied last;

    /** @param wholeEvery every how many offsets the images of voters are compared as a whole, not only their batches */
    public Invariants(int wholeEvery) {
        this.agreement = new ReplicaAgreement(tally, wholeEvery);
    }

    // ---- the log: invariants 1, 3, 4, 5, 6 and what it shows of 8, 9, 10

    /** The log begins after a snapshot; called before any entry. */
    public void startFrom(long term, MetadataImage snapshot) {
        log.startFrom(term, snapshot);
    }

    /** The next entry of the committed log. */
    public void committed(long term, LogEntry entry) {
        log.committed(term, entry);
    }

    private void accepted(Applied applied) {
        last = applied;
        agreement.accepted(applied);
        acknowledgements.accepted(applied);
        owners.accepted(applied);
    }

    /** The image after everything committed so far, by this class's own reading. */
    public MetadataImage image() {
        return log.image();
    }

    /** The offset of the batch that is judged now, or was last. */
    public long judgedOffset() {
        return log.judgedOffset();
    }

    /** Batches in the log that did not count. */
    public long ignored() {
        return log.ignored();
    }

    /** The last batch's cause, for people. */
    public String lastCause() {
        Applied newest = last;
        return newest == null
                ? "nothing yet"
                : newest.batch().getCause().toString().replace('\n', ' ');
    }

    // ---- the voters: invariants 1 and 2

    /** A voter leads in {@code epoch}. */
    public void leads(int voter, long epoch) {
        agreement.leads(voter, epoch);
    }

    /** A voter applied a batch. */
    public void applied(int voter, Applied applied) {
        agreement.applied(voter, applied);
    }

    /** A voter's image, at any time: after a snapshot, a restart. */
    public void checkWhole(int voter, MetadataImage theirs) {
        agreement.checkWhole(voter, theirs);
    }

    /** Controllers' live brokers without a deadline were looked for; {@code missing} should be empty. Invariant 7. */
    public void checkDeadlines(int voter, List<Integer> missing) {
        tally.checked(7);
        if (!missing.isEmpty()) {
            throw tally.broken(7, "controller " + voter + " has no deadline for brokers " + missing);
        }
    }

    // ---- the callers: invariants 3 and 11

    /** A change was acknowledged to its caller as standing at {@code offset}; negative if nothing had to be written. */
    public void acknowledged(String requestId, long offset) {
        acknowledgements.acknowledged(requestId, offset);
    }

    /** A change was refused at its first try: nothing in the log may carry its id. */
    public void refused(String requestId) {
        acknowledgements.refused(requestId);
    }

    // ---- the owners: invariants 4 and 5

    /** A broker was granted an ownership: from now on it may be valid. */
    public void granted(int broker, Ownership ownership) {
        owners.granted(broker, ownership);
    }

    /** An ownership has ended, or its process has. */
    public void released(int broker, Ownership ownership) {
        owners.released(broker, ownership);
    }

    /** The broker's process is gone: it owns nothing. */
    public void crashed(int broker) {
        owners.crashed(broker);
    }

    /** Storage that checks tokens accepted an effect of an owner. */
    public void effectAccepted(int broker, Partition partition, long epoch) {
        owners.accepted(partition, epoch, broker);
    }

    /** Looks whether anything is owned twice at this instant. */
    public void checkOwners() {
        owners.check();
    }

    // ---- the whole

    /** Every check that costs a scan of the image: invariants 5 and 6. */
    public void checkAll() {
        MetadataImage image = image();
        for (Resource resource : image.resources()) {
            for (int p = 0; p < resource.partitions(); p++) {
                PartitionState state = image.partitionAt(resource.slotOf(p));
                tally.checked(6);
                Broker leader = state.leader() == NONE
                        ? null
                        : image.broker(state.leader()).orElse(null);
                if (state.leader() != NONE && (leader == null || leader.isFenced() || !state.isReady(state.leader()))) {
                    throw tally.broken(6, state.toString());
                }
            }
        }
        checkOwners();
    }

    /**
     * Invariant 12: empty if the cluster has converged, else what is missing.
     *
     * @param live brokers whose process runs and reaches the controllers
     */
    public Optional<String> notConverged(Set<Integer> live) {
        tally.checked(12);
        return Convergence.missing(image(), live);
    }

    /** Invariant 8: a partition that one of {@code live} could lead and none of them does; empty if there is none. */
    public Optional<String> notLed(Set<Integer> live) {
        tally.checked(8);
        return Convergence.notLed(image(), live);
    }

    /** Says that an invariant which only the caller can judge holds, or does not. */
    public void judge(int number, boolean holds, String otherwise) {
        tally.checked(number);
        if (!holds) {
            throw tally.broken(number, otherwise);
        }
    }

    /** True once anything did not hold, also if the exception that said so was swallowed. */
    public boolean isBroken() {
        return tally.isBroken();
    }

    /** The first break. */
    public Optional<InvariantBroken> firstBroken() {
        return tally.first();
    }

    /** Checks made so far, by invariant. */
    public Map<Integer, Long> checks() {
        return tally.byNumber();
    }
}
