/**
 * Ratis's own metrics as Micrometer meters, in the names that Prometheus expects. Ratis finds this package through its service
 * loader and does not start without it; nothing else calls it.
 */
@NullMarked
package io.muster.metadata.metrics;

import org.jspecify.annotations.NullMarked;
