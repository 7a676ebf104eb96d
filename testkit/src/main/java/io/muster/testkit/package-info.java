/** What must hold ({@link io.muster.testkit.Invariants}), checked in simulation and over the log of a real run. Pure. */
@NullMarked
package io.muster.testkit;

import org.jspecify.annotations.NullMarked;
