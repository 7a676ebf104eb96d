package io.muster.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** Many seeds. More of them: {@code -Dmuster.simulation.seeds=2000}, or {@code muster simulate}. */
class ClusterSimulationTest {
    private static final int SEEDS = Integer.getInteger("muster.simulation.seeds", 200);
    private static final long MINUTES = 4;
    /** A slow machine runs fewer seeds, not a longer build. */
    private static final long BUDGET_NS = Long.getLong("muster.simulation.seconds", 45) * 1_000_000_000;
    /** A run with fewer proves little and is no success. */
    private static final int LEAST_SEEDS = 15;

    @Test
    void everyInvariantHoldsUnderManyFaults() {
        Simulate.Summary summary = Simulate.run(1, SEEDS, MINUTES, BUDGET_NS, System.out);

        assertThat(summary.failures()).isEmpty();
        assertThat(summary.seeds()).isGreaterThanOrEqualTo(Math.min(SEEDS, LEAST_SEEDS));
        assertThat(summary.faults().keySet())
                .as("every kind of fault was tried")
                .containsAll(EnumSet.complementOf(EnumSet.of(FaultKind.SNAPSHOT_INSTALL)));
    }

    @Test
    void theSameSeedIsTheSameRun() {
        assertThat(new Simulation(7, PlantedBugs.NONE).run(2)).isEqualTo(new Simulation(7, PlantedBugs.NONE).run(2));
    }
}
