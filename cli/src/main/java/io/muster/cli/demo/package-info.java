/**
 * The demo: a real cluster of real processes on this machine, a real kill -9, and a timeline of what followed, judged by the
 * cluster's own feed and by the work's own witness.
 */
@NullMarked
package io.muster.cli.demo;

import org.jspecify.annotations.NullMarked;
