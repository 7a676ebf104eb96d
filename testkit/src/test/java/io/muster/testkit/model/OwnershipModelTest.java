package io.muster.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The ownership protocol, model-checked: no reachable state breaks an invariant; each rule that is switched off lets TLC find
 * the invariant that rests on it broken; and what the protocol is for does happen.
 */
class OwnershipModelTest {
    /** Longer histories of fewer brokers, and time in which a lease can be half over. */
    private static final Map<String, String> DEEPER =
            Map.of("Brokers", "{b1, b2}", "MaxOffset", "4", "Drift", "1", "Session", "2");

    private final ModelChecker checker = new ModelChecker();

    @Test
    void noStateOfThreeBrokersAndTwoControllersBreaksAnInvariant() throws Exception {
        holds("Ownership.cfg", 200_000);
    }

    @Test
    void noStateWithMessagesThatTakeTimeBreaksAnInvariant() throws Exception {
        holds("Transit.cfg", 90_000);
    }

    private void holds(String config, long fewestStates) throws Exception {
        ModelChecker.Result result = checker.check(config, config, Map.of(), "");
        System.out.printf(
                Locale.ROOT, "%s: %,d distinct states, %.1f s%n", config, result.distinctStates(), result.seconds());
        assertThat(result.noError()).as(result.output()).isTrue();
        assertThat(result.distinctStates()).as(result.output()).isGreaterThan(fewestStates);
    }

    @ParameterizedTest
    @CsvSource({
        "AnsweredUnconfirmed, Ownership.cfg, OneValidOwner",
        "GrantBeforeLeaseOver, Ownership.cfg, OneValidOwner",
        "ClocksGoOn, Ownership.cfg, OneValidOwner",
        "PredecessorForgotten, Ownership.cfg, OneValidOwner",
        "DeposedBatchCounts, Ownership.cfg, OneControllerActsPerTerm",
        "BrokenStreamIsProof, Ownership.cfg, OneValidOwner",
        "CondemnedIsRenewed, Ownership.cfg, OneValidOwner",
        "AckedWhileActing, Ownership.cfg, OneValidOwner",
        "LateRegistrationTakesOver, Ownership.cfg, OneValidOwner",
        "LeaseCountsFromAnswer, Transit.cfg, OneValidOwner",
        "GrantKeepsEpoch, Ownership.cfg, EpochsRiseStrictly",
        "FencedKeepsWork, Ownership.cfg, FencedLeadsNothing",
        "UnfencedWithoutClock, Ownership.cfg, EveryLiveBrokerHasADeadline",
    })
    void findsWhatARuleIsThereFor(String bug, String config, String invariant) throws Exception {
        String statement = (invariant.equals("EpochsRiseStrictly") ? "PROPERTY " : "INVARIANT ") + invariant;
        Map<String, String> constants = Map.of("Bug", '"' + bug + '"', "Brokers", "{b1, b2}");
        violates(bug, config, constants, statement, invariant);
    }

    @Test
    void findsALeaseThatIsNotShorterThanTheSessionByTheMargin() throws Exception {
        violates("Margin", "Ownership.cfg", Map.of("Drift", "1"), "INVARIANT OneValidOwner", "OneValidOwner");
    }

    @ParameterizedTest
    @CsvSource({
        "NeverHandedOver, PROPERTY",
        "NeverGrantedBySecond, PROPERTY",
        "NeverRenewedByBoth, PROPERTY",
        "NeverOvertaken, INVARIANT",
        "NeverOwnedAfterRestart, INVARIANT",
        "NeverStray, INVARIANT",
    })
    void isNotVacuous(String never, String kind) throws Exception {
        violates(never, "Ownership.cfg", DEEPER, kind + " " + never, never);
    }

    private void violates(String name, String config, Map<String, String> constants, String statement, String violated)
            throws Exception {
        ModelChecker.Result result = checker.check(name, config, constants, statement);
        System.out.printf(Locale.ROOT, "%s: %s is violated, %.1f s%n", name, result.violated(), result.seconds());
        assertThat(result.violated()).as(result.output()).isEqualTo(violated);
    }
}
