/** The bytes of log entries, their limits and their levels. Pure: depends on the log schema only. */
@NullMarked
package io.muster.metadata.record;

import org.jspecify.annotations.NullMarked;
