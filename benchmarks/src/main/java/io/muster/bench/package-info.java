/**
 * What is measured: JMH benchmarks of the pure parts, and mains that measure a quorum, a heap and a whole failover. What each
 * figure means and how to take it is in {@code docs/benchmarks.md}. May depend on every module; nothing depends on it.
 */
@NullMarked
package io.muster.bench;

import org.jspecify.annotations.NullMarked;
