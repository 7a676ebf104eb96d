package io.muster.testkit.sim;

import java.util.Map;

/**
 * What one run was.
 *
 * @param seed its seed
 * @param simulatedNs how much time passed in it
 * @param events things that happened
 * @param offsets batches committed
 * @param answered operator's requests that were answered
 * @param checks checks of invariants
 * @param faults faults by kind
 */
public record SimulationResult(
        long seed,
        long simulatedNs,
        long events,
        long offsets,
        long answered,
        long checks,
        Map<FaultKind, Long> faults) {
    public SimulationResult {
        faults = Map.copyOf(faults);
    }
}
