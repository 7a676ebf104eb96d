package io.muster.testkit.sim;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one run was.
 *
 * @param seed its seed
 * @param simulatedNs how much time passed in it
 * @param events things that happened
 * @param hash of which event happened when: the same for every run of the seed
 * @param offsets batches committed
 * @param answered operator's requests that were answered
 * @param checks checks by number of the invariant
 * @param faults faults by kind
 */
public record SimulationResult(
        long seed,
        long simulatedNs,
        long events,
        long hash,
        long offsets,
        long answered,
        Map<Integer, Long> checks,
        Map<FaultKind, Long> faults) {
    public SimulationResult {
        checks = Collections.unmodifiableMap(new TreeMap<>(checks));
        faults = Collections.unmodifiableMap(new TreeMap<>(faults));
    }
}
