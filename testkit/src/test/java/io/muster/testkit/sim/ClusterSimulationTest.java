package io.muster.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many seeds, in a budget of real time: a slow machine runs fewer of them, not a longer build. Another budget:
 * {@code -Dmuster.simulation.seconds=600}; more by hand: {@code muster simulate}.
 */
class ClusterSimulationTest {
    private static final int SEEDS = Integer.getInteger("muster.simulation.seeds", 2200);
    private static final Duration EACH = Duration.ofMinutes(15);
    private static final long BUDGET_NS = Long.getLong("muster.simulation.seconds", 210) * 1_000_000_000;
    private static final int THREADS = 2;
    /** A run with fewer proves little and is no success. One in three seconds is what a very busy machine still does. */
    private static final int LEAST_SEEDS = Math.min(SEEDS, (int) (BUDGET_NS / 3_000_000_000L));

    @Test
    void everyInvariantHoldsUnderManyFaults() {
        long untilNs = System.nanoTime() + BUDGET_NS;
        SimulationSummary summary = new Simulate(1, SEEDS, EACH, THREADS)
                .run(() -> System.nanoTime() - untilNs < 0, () -> true, Simulate.Progress.NONE, null);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        summary.print(out);
        out.flush();

        assertThat(summary.failures()).isEmpty();
        assertThat(summary.seeds()).isGreaterThanOrEqualTo(LEAST_SEEDS);
        assertThat(summary.simulatedHours()).isGreaterThanOrEqualTo(LEAST_SEEDS * 0.25);
        assertThat(summary.faultCount()).isGreaterThanOrEqualTo(LEAST_SEEDS * 48L);
        assertThat(summary.faults().keySet())
                .as("every kind of fault was tried")
                .contains(FaultKind.values());
        assertThat(summary.checks().keySet())
                .as("every invariant was checked")
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 8, 9, 10})
    void theSameSeedIsTheSameRunEventForEvent(long seed) {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        SimulationResult once = new Simulation(seed, PlantedBugs.NONE, first::add).run(4);
        SimulationResult again = new Simulation(seed, PlantedBugs.NONE, second::add).run(4);

        assertThat(again).isEqualTo(once);
        assertThat(again.hash()).isEqualTo(once.hash());
        assertThat(second.hashCode()).isEqualTo(first.hashCode());
        assertThat(new Simulation(seed + 1, PlantedBugs.NONE).run(4).hash()).isNotEqualTo(once.hash());
    }

    /** Or a replay command would replay something else: immutable sets iterate in another order in each process. */
    @ParameterizedTest
    @ValueSource(longs = {266, 12})
    void theSameSeedIsTheSameRunInAnotherProcess(long seed) throws Exception {
        long here = HashOfSeed.hash(seed, 8);

        assertThat(HashOfSeed.hashElsewhere(seed, 8)).isEqualTo(here);
        assertThat(HashOfSeed.hashElsewhere(seed, 8)).isEqualTo(here);
    }
}
