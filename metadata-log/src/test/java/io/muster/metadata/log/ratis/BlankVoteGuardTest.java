package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.metadata.log.ratis.BlankVoteGuard.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlankVoteGuardTest {
    private static final List<Voter> VOTERS = List.of(new Voter(1, "a", 1), new Voter(2, "b", 2), new Voter(3, "c", 3));
    private static final PeerLog SELF = blank(1, Map.of());

    private static PeerLog blank(int node, Map<Integer, String> known) {
        return new PeerLog(node, "c", "d" + node, true, known);
    }

    private static PeerLog holder(int node, Map<Integer, String> known) {
        return new PeerLog(node, "c", "d" + node, false, known);
    }

    @Test
    void firstStartIsAdmittedOnceEveryOtherIsBlank() {
        assertThat(BlankVoteGuard.judge(SELF, VOTERS, List.of(blank(2, Map.of()), blank(3, Map.of()))))
                .isEqualTo(new Verdict.Admit(Map.of(2, "d2", 3, "d3")));
        assertThat(BlankVoteGuard.judge(SELF, VOTERS.subList(0, 1), List.of())).isEqualTo(new Verdict.Admit(Map.of()));
    }

    @Test
    void majorityOfBlankAnswersIsNotEnough() {
        assertThat(BlankVoteGuard.judge(SELF, VOTERS, List.of(blank(2, Map.of()))))
                .isInstanceOfSatisfying(
                        Verdict.Wait.class, wait -> assertThat(wait.sentence()).contains("waiting for 3@c:3"));
    }

    @Test
    void lateComerIsAdmittedByAWitnessOfItsOwnDirectory() {
        assertThat(BlankVoteGuard.judge(SELF, VOTERS, List.of(holder(2, Map.of(1, "d1", 3, "d3")))))
                .isInstanceOf(Verdict.Admit.class);
    }

    @Test
    void wipedVoterIsRefusedByAnyOtherThatHoldsALog() {
        for (PeerLog holder : List.of(holder(2, Map.of(1, "lost", 3, "d3")), holder(2, Map.of()))) {
            assertThat(BlankVoteGuard.judge(SELF, VOTERS, List.of(holder, blank(3, Map.of()))))
                    .isInstanceOfSatisfying(
                            Verdict.Refuse.class,
                            refuse -> assertThat(refuse.sentence())
                                    .contains("holds committed entries")
                                    .contains("Restore the directory of voter 1"));
        }
    }

    @Test
    void witnessOfAnotherDirectoryOutweighsAWitnessOfThisOne() {
        assertThat(BlankVoteGuard.judge(SELF, VOTERS, List.of(holder(2, Map.of(1, "d1")), blank(3, Map.of(1, "lost")))))
                .isInstanceOf(Verdict.Refuse.class);
    }

    @Test
    void voterOfAnotherClusterIsNamed() {
        assertThat(BlankVoteGuard.judge(SELF, VOTERS, List.of(new PeerLog(2, "other", "d2", true, Map.of()))))
                .isInstanceOfSatisfying(
                        Verdict.Refuse.class,
                        refuse -> assertThat(refuse.sentence()).contains("cluster other"));
    }
}
