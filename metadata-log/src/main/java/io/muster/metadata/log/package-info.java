/**
 * The replicated metadata log as the controller sees it: append, applied batches, leadership with its epoch, barrier,
 * snapshot, replication status. Interfaces and what every implementation shares; knows no Ratis.
 */
@NullMarked
package io.muster.metadata.log;

import org.jspecify.annotations.NullMarked;
