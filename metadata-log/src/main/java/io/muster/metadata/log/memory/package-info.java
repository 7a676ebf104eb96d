/**
 * A quorum in memory, driven step by step: for simulation and for plain tests of what stands on the log. A model of what a
 * Raft log can do to its users (lost tails, unknown outcomes, late entries, stale leaders, lagging followers, snapshots), not
 * an implementation of Raft. Pure: no thread, no clock; whoever drives it decides what happens when.
 */
@NullMarked
package io.muster.metadata.log.memory;

import org.jspecify.annotations.NullMarked;
