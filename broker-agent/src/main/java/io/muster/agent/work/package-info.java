/** Runs the application's callbacks on a bounded pool, in order for each partition, so that none can hurt another. */
@NullMarked
package io.muster.agent.work;

import org.jspecify.annotations.NullMarked;
