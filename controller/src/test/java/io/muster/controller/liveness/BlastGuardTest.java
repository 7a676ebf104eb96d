package io.muster.controller.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.liveness.BlastGuard.Member;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlastGuardTest {
    private static final long SECOND = 1_000_000_000;
    private static final long QUIET = 3 * SECOND;

    private final BlastGuard guard = new BlastGuard(LossLimits.DEFAULTS, QUIET);

    /** Brokers 0 to {@code live - 1}, of which the first {@code dead} look dead. */
    private static List<Member> members(int live, int dead) {
        List<Member> members = new ArrayList<>();
        for (int id = 0; id < live; id++) {
            members.add(new Member(id, "", id < dead));
        }
        return members;
    }

    private boolean holds(int live, int dead, long nowNs) {
        return !guard.look(members(live, dead), false, nowNs).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, false", // nobody could take its work, and it may be the controller's own
        "2, 1, false",
        "2, 2, false",
        "3, 1, false", // three nodes must fence one
        "3, 2, false", // and two
        "3, 3, true", // everything dark
        "4, 2, false",
        "4, 3, true",
        "10, 5, false",
        "10, 6, true"
    })
    void holdsAboveHalfOfFourOrMoreAndAllOfThreeOrMore(int live, int dead, boolean held) {
        assertThat(holds(live, dead, 0)).isEqualTo(held);
        assertThat(guard.hold().isEmpty()).isEqualTo(!held);
        assertThat(guard.held()).isEqualTo(held ? dead : 0);
    }

    @Test
    void theFirstRoundAlreadyFencesNobody() {
        assertThat(guard.look(members(10, 6), false, 0)).containsExactly("");
        assertThat(guard.hold()).contains("6 of 10 brokers");
    }

    @Test
    void whoWasFencedInTheWindowCountsSoThatTheyCannotFallOneByOne() {
        assertThat(holds(4, 2, 0)).isFalse();
        guard.fenced(0, "", 0);
        guard.fenced(1, "", 0);
        // Two are gone and of the other two one more falls silent: three of four.
        List<Member> rest = List.of(new Member(2, "", true), new Member(3, "", false));
        assertThat(guard.look(rest, false, 5 * SECOND)).isNotEmpty();
    }

    @Test
    void whoCameBackNoLongerCounts() {
        assertThat(holds(4, 2, 0)).isFalse();
        guard.fenced(0, "", 0);
        guard.fenced(1, "", 0);
        assertThat(holds(4, 0, SECOND)).isFalse();
        assertThat(holds(4, 2, 2 * SECOND)).isFalse();
    }

    @Test
    void aHoldDoesNotFlap() {
        assertThat(holds(10, 6, 0)).isTrue();
        // Below the share, but not below half of it.
        assertThat(holds(10, 5, SECOND)).isTrue();
        assertThat(holds(10, 3, 100 * SECOND)).isTrue();
        // Calm, interrupted, calm again: the quiet time begins anew.
        assertThat(holds(10, 2, 101 * SECOND)).isTrue();
        assertThat(holds(10, 4, 103 * SECOND)).isTrue();
        assertThat(holds(10, 2, 104 * SECOND)).isTrue();
        assertThat(holds(10, 2, 106 * SECOND)).isTrue();
        assertThat(holds(10, 2, 107 * SECOND)).isFalse();
        assertThat(guard.hold()).isEmpty();
        assertThat(guard.held()).isZero();
    }

    @Test
    void anOperatorMayLiftTheHold() {
        assertThat(holds(10, 6, 0)).isTrue();
        assertThat(guard.look(members(10, 6), true, SECOND)).isEmpty();
        assertThat(guard.hold()).isEmpty();
        assertThat(holds(10, 6, 2 * SECOND)).as("the lift is over").isTrue();
    }

    @Test
    void whatIsFencedByProofOrByHandDuringAHoldDoesNotLiftIt() {
        assertThat(holds(3, 3, 0)).isTrue();
        List<Member> rest = List.of(new Member(1, "", true), new Member(2, "", true));
        assertThat(guard.look(rest, false, 60 * SECOND)).isNotEmpty();
    }

    /** The operator did what the message says and the rest came back: the fenced ones must not hold fencing for ever. */
    @Test
    void aHoldEndsWhenNobodyLooksDeadAnyMoreThoughSomeWereFencedMeanwhile() {
        assertThat(holds(10, 6, 0)).isTrue();
        List<Member> backButThree = new ArrayList<>();
        for (int id = 3; id < 10; id++) {
            backButThree.add(new Member(id, "", false));
        }
        assertThat(guard.look(backButThree, false, SECOND)).isNotEmpty();
        guard.look(backButThree, false, 20 * SECOND);
        assertThat(guard.look(backButThree, false, 60 * SECOND)).isEmpty();
        assertThat(guard.hold()).isEmpty();
    }

    @Test
    void anotherTermKnowsNothingOfThePast() {
        assertThat(holds(10, 6, 0)).isTrue();
        guard.startAnew();
        assertThat(guard.hold()).isEmpty();
        assertThat(guard.look(List.of(new Member(8, "", false), new Member(9, "", true)), false, SECOND))
                .as("the six are another controller's past")
                .isEmpty();
    }

    @Test
    void aRackIsHeldApartFromTheOthers() {
        BlastGuard racks = new BlastGuard(new LossLimits(0.5, 0.5, 10_000), QUIET);
        List<Member> members = new ArrayList<>();
        for (int id = 0; id < 15; id++) {
            // Rack a: three of five look dead. Rack b: one. Rack c: none.
            members.add(new Member(id, List.of("a", "b", "c").get(id % 3), id == 0 || id == 3 || id == 6 || id == 1));
        }
        assertThat(racks.look(members, false, 0)).containsExactly("a");
        assertThat(racks.hold()).contains("3 of 5 brokers of rack a");
        assertThat(racks.held()).isEqualTo(3);
    }

    @Test
    void byDefaultARackMayGoAsAWhole() {
        List<Member> members = new ArrayList<>();
        for (int id = 0; id < 12; id++) {
            members.add(new Member(id, "r" + id % 3, id % 3 == 0));
        }
        assertThat(guard.look(members, false, 0)).isEmpty();
    }
}
