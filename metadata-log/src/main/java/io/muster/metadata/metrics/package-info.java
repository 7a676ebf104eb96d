/** Bridges Ratis's own metrics to Micrometer. */
@NullMarked
package io.muster.metadata.metrics;

import org.jspecify.annotations.NullMarked;
