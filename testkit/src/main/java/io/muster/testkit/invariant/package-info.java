/**
 * What must hold, by the numbers of the design: {@link io.muster.testkit.invariant.Invariants} checks a cluster step by step, or
 * the log of a real one. Pure.
 */
@NullMarked
package io.muster.testkit.invariant;

import org.jspecify.annotations.NullMarked;
