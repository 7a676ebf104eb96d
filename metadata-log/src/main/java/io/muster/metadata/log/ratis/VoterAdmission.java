package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.storage.StorageDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link BlankVoteGuard} for a voter before its log starts, and answers the same question of others. A node that hosts a voter
 * serves {@link #answer} on its listener first, then calls {@link #await}, then starts the log. Thread-safe.
 */
public final class VoterAdmission {
    private static final Logger LOG = LoggerFactory.getLogger(VoterAdmission.class);

    private final StorageDirectory storage;
    private final List<Voter> voters;
    private final PeerLogProbe probe;

    public VoterAdmission(StorageDirectory storage, List<Voter> voters, PeerLogProbe probe) {
        this.storage = storage;
        this.voters = List.copyOf(voters);
        this.probe = probe;
    }

    /** What this voter says about its own storage, at any time. */
    public PeerLog answer() {
        return describe(storage);
    }

    /** What a voter with this storage says about it. */
    public static PeerLog describe(StorageDirectory storage) {
        boolean blank = !storage.wasBootstrapped() && RaftFiles.isBlank(storage.raftDirectory());
        return new PeerLog(
                storage.identity().nodeId(),
                storage.identity().clusterId(),
                storage.identity().directoryId(),
                blank,
                storage.knownDirectories());
    }

    /**
     * Returns once this voter may take part in the quorum: at once unless its log is blank.
     *
     * @param patienceMs how long one round of questions may take, and the pause between two rounds; milliseconds
     * @throws MusterException FAILED_PRECONDITION if it must never take part as it is
     */
    public void await(long patienceMs) throws InterruptedException {
        refuseLostLog(storage);
        if (storage.wasAdmitted() || !answer().blank()) {
            return;
        }
        String said = "";
        while (true) {
            BlankVoteGuard.Verdict verdict = BlankVoteGuard.judge(answer(), voters, ask(patienceMs));
            if (verdict instanceof BlankVoteGuard.Verdict.Admit admit) {
                admit(admit.directories());
                return;
            }
            if (verdict instanceof BlankVoteGuard.Verdict.Refuse refuse) {
                throw new MusterException(ErrorCode.FAILED_PRECONDITION, refuse.sentence());
            }
            String missing = ((BlankVoteGuard.Verdict.Wait) verdict).sentence();
            if (!missing.equals(said)) {
                said = missing;
                LOG.warn("{}", missing);
            }
            Thread.sleep(patienceMs);
        }
    }

    /**
     * Refuses a directory that once held a log and holds none now.
     *
     * @throws MusterException FAILED_PRECONDITION
     */
    static void refuseLostLog(StorageDirectory storage) {
        if (storage.wasBootstrapped() && RaftFiles.isBlank(storage.raftDirectory())) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Directory " + storage.path() + " held committed entries and its Raft log in "
                            + storage.raftDirectory() + " is gone; restore it from its disk, or remove voter "
                            + storage.identity().nodeId() + " from the quorum and add it again under a new node id.");
        }
    }

    private void admit(Map<Integer, String> directories) {
        try {
            storage.markAdmitted(directories);
        } catch (IOException e) {
            throw new MusterException(ErrorCode.FAILED_PRECONDITION, DiskFailure.sentence(storage.path(), e), e);
        }
        LOG.info(
                "Voter {} was admitted with a blank log: the other voters have directories {}",
                storage.identity().nodeId(),
                directories);
    }

    private List<PeerLog> ask(long patienceMs) throws InterruptedException {
        List<CompletableFuture<PeerLog>> questions = new ArrayList<>();
        for (Voter voter : voters) {
            if (voter.nodeId() != storage.identity().nodeId()) {
                questions.add(probe.ask(voter).toCompletableFuture());
            }
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        List<PeerLog> answers = new ArrayList<>();
        for (CompletableFuture<PeerLog> question : questions) {
            try {
                answers.add(question.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS));
            } catch (ExecutionException | TimeoutException e) {
                LOG.debug("A voter did not answer", e);
            }
        }
        return answers;
    }
}
