package io.muster.metadata.log.ratis;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides whether a first voter with a blank Raft log may vote. Pure.
 *
 * <p><b>The danger.</b> A first voter's Raft id is its node id, so a voter whose disk was lost and formatted anew looks like
 * the old one. It has forgotten what it acknowledged and whom it voted for. With one lagging voter it could elect a leader
 * that lacks committed entries.
 *
 * <p><b>Why a majority of "blank" answers is not enough.</b> Voters 1 and 2 commit an entry while 3 is away. 1 loses its disk, 2
 * cannot be reached: 1 and 3 are both blank and a majority, and the entry would be lost.
 *
 * <p><b>The rule.</b> A directory is admitted for ever, with a note on its own disk, in one of two ways:
 *
 * <ol>
 *   <li><i>The first start of a cluster</i>: every other voter answered, all are blank, and none knows this voter by another
 *       directory. Nothing can have been committed then: every commit needs this voter, whose directory is fresh, or an
 *       entry on a majority of the others. It notes the directory ids of all the others.
 *   <li><i>A late comer to a first start</i>: some voter that was admitted noted exactly this voter's directory id when it was
 *       itself admitted. This very directory was there, blank, before anything was committed, and it has never voted
 *       (a vote would have left a trace in its Raft directory), so nothing can have been forgotten. No other voter that
 *       answers may know this voter by another directory.
 * </ol>
 *
 * <p>Anything else that holds a log and does not know this directory proves that the old directory took part: refused.
 * While neither is certain the voter waits. So the very first start of a cluster needs every voter once; later starts need
 * nobody, because an admitted voter does not ask.
 */
public final class BlankVoteGuard {
    private BlankVoteGuard() {}

    /** What the voter is to do. */
    public sealed interface Verdict {
        /**
         * It may vote from now on.
         *
         * @param directories directory ids of the others to note on disk first
         */
        record Admit(Map<Integer, String> directories) implements Verdict {}

        /** Ask again later; the sentence says what is missing. */
        record Wait(String sentence) implements Verdict {}

        /** It must not take part; the sentence names the way back. */
        record Refuse(String sentence) implements Verdict {}
    }

    /**
     * Judges by what the others say.
     *
     * @param self the blank voter, as it describes itself
     * @param voters all first voters, itself among them
     * @param answers what the others that could be reached said
     */
    public static Verdict judge(PeerLog self, List<Voter> voters, Collection<PeerLog> answers) {
        Map<Integer, PeerLog> byNode = new TreeMap<>();
        for (PeerLog answer : answers) {
            if (!answer.clusterId().equals(self.clusterId())) {
                return new Verdict.Refuse("Voter " + answer.nodeId() + " belongs to cluster " + answer.clusterId()
                        + " and this node's directory to cluster " + self.clusterId()
                        + "; correct controller.quorum.voters, or format this directory for the right cluster.");
            }
            if (answer.nodeId() != self.nodeId()) {
                byNode.put(answer.nodeId(), answer);
            }
        }
        boolean witnessed = false;
        for (PeerLog answer : byNode.values()) {
            String known = answer.knownDirectories().get(self.nodeId());
            if (self.directoryId().equals(known)) {
                witnessed = true;
            } else if (known != null || !answer.blank()) {
                return new Verdict.Refuse(refusal(self, answer));
            }
        }
        Map<Integer, String> directories = byNode.values().stream()
                .collect(Collectors.toMap(PeerLog::nodeId, PeerLog::directoryId, (a, b) -> a, TreeMap::new));
        List<Voter> silent = voters.stream()
                .filter(voter -> voter.nodeId() != self.nodeId() && !byNode.containsKey(voter.nodeId()))
                .toList();
        if (witnessed || silent.isEmpty()) {
            return new Verdict.Admit(directories);
        }
        return new Verdict.Wait("The log of voter " + self.nodeId()
                + " is blank, and it votes only once every other voter has said that its own is blank too; waiting for "
                + silent.stream().map(Voter::toString).collect(Collectors.joining(", ")) + ". Start every voter.");
    }

    private static String refusal(PeerLog self, PeerLog holder) {
        return "The log of voter " + self.nodeId() + " is blank (directory " + self.directoryId() + ") but voter "
                + holder.nodeId() + (holder.blank() ? " knows it by another directory" : " holds committed entries")
                + ": this voter's directory was lost or formatted anew, and a blank vote could lose committed changes."
                + " Restore the directory of voter " + self.nodeId()
                + " from its disk, or remove the voter from the quorum and add it again under a new node id.";
    }
}
