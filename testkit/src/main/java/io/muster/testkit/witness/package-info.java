/**
 * The witness: the judge of a failover from the work's own side.
 *
 * <p>Every owner of a partition beats a few times a second into one sink, always through its ownership's guard. The sink
 * refuses what carries a lower leader epoch than it has seen, and keeps per partition who served when: service gaps between
 * owners, refused beats, and overlaps. {@link io.muster.testkit.witness.WitnessLedger} is the pure part; the workload and the
 * sink are its shell. Depends on the agent's API only.
 */
@NullMarked
package io.muster.testkit.witness;

import org.jspecify.annotations.NullMarked;
