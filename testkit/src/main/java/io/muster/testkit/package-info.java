/** Rehearse work before it is real: {@link io.muster.testkit.Rehearsal} runs a workload in simulated clusters that break. */
@NullMarked
package io.muster.testkit;

import org.jspecify.annotations.NullMarked;
