/**
 * A whole cluster on virtual time: real controller, liveness and agent cores, a simulated network and a log in memory, all
 * on one thread and from one seed. The same seed always gives the same run.
 */
@NullMarked
package io.muster.testkit.sim;

import org.jspecify.annotations.NullMarked;
