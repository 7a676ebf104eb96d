/** A {@link io.muster.metadata.log.MetadataLog} in memory, for simulation and unit tests: it loses leadership, loses uncommitted tails, answers "unknown" for a batch that then commits, delivers late batches of an old leader and restarts from snapshots, when told to. */
@NullMarked
package io.muster.metadata.log.memory;

import org.jspecify.annotations.NullMarked;
