package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.util.List;

/**
 * How a voter takes part in the quorum. Who it is comes from its storage directory.
 *
 * @param voters the first voters, this node among them; the same list on every voter
 * @param bindHost address that the Raft listener binds to; empty for all
 * @param bindPort port that the Raft listener binds to
 * @param electionTimeoutMinMs a follower that hears nothing for this long, at least, stands for election; milliseconds
 * @param electionTimeoutMaxMs upper end of the same random range; milliseconds
 * @param snapshotIntervalEntries log entries between two snapshots
 * @param preservedEntries log entries kept behind a snapshot, so that a voter that was away briefly needs no snapshot
 * @param snapshotsKept snapshot files kept
 * @param segmentBytes size of one Raft log segment
 */
public record QuorumSettings(
        List<Voter> voters,
        String bindHost,
        int bindPort,
        int electionTimeoutMinMs,
        int electionTimeoutMaxMs,
        long snapshotIntervalEntries,
        int preservedEntries,
        int snapshotsKept,
        int segmentBytes) {
    public static final int DEFAULT_ELECTION_TIMEOUT_MS = 500;
    public static final long DEFAULT_SNAPSHOT_INTERVAL = 20_000;

    /** @throws MusterException INVALID_ARGUMENT */
    public QuorumSettings {
        voters = List.copyOf(voters);
        require(!voters.isEmpty(), "The list of voters is empty; name at least this node.");
        require(
                electionTimeoutMinMs > 0 && electionTimeoutMaxMs > electionTimeoutMinMs,
                "The election timeout runs from " + electionTimeoutMinMs + " to " + electionTimeoutMaxMs
                        + " ms; it must be positive and its maximum above its minimum.");
        require(
                snapshotIntervalEntries > 0 && preservedEntries >= 0 && snapshotsKept > 0 && segmentBytes >= 1 << 16,
                "Snapshot interval, preserved entries, kept snapshots or segment size are too small.");
    }

    /** Settings with every default. */
    public static QuorumSettings of(List<Voter> voters, String bindHost, int bindPort) {
        return new QuorumSettings(
                voters,
                bindHost,
                bindPort,
                DEFAULT_ELECTION_TIMEOUT_MS,
                2 * DEFAULT_ELECTION_TIMEOUT_MS,
                DEFAULT_SNAPSHOT_INTERVAL,
                10_000,
                3,
                16 << 20);
    }

    public QuorumSettings withElectionTimeoutMs(int minMs, int maxMs) {
        return new QuorumSettings(
                voters,
                bindHost,
                bindPort,
                minMs,
                maxMs,
                snapshotIntervalEntries,
                preservedEntries,
                snapshotsKept,
                segmentBytes);
    }

    public QuorumSettings withSnapshots(long intervalEntries, int newPreservedEntries) {
        return new QuorumSettings(
                voters,
                bindHost,
                bindPort,
                electionTimeoutMinMs,
                electionTimeoutMaxMs,
                intervalEntries,
                newPreservedEntries,
                snapshotsKept,
                segmentBytes);
    }

    public QuorumSettings withSegmentBytes(int newSegmentBytes) {
        return new QuorumSettings(
                voters,
                bindHost,
                bindPort,
                electionTimeoutMinMs,
                electionTimeoutMaxMs,
                snapshotIntervalEntries,
                preservedEntries,
                snapshotsKept,
                newSegmentBytes);
    }

    /**
     * The voter with this node id.
     *
     * @throws MusterException INVALID_ARGUMENT if there is none
     */
    public Voter voter(int nodeId) {
        return voters.stream()
                .filter(voter -> voter.nodeId() == nodeId)
                .findFirst()
                .orElseThrow(() -> new MusterException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Node " + nodeId + " has the controller role and is not among the voters " + voters
                                + "; add it to controller.quorum.voters on every voter, or take the role away."));
    }

    private static void require(boolean holds, String sentence) {
        if (!holds) {
            throw new MusterException(ErrorCode.INVALID_ARGUMENT, sentence);
        }
    }
}
