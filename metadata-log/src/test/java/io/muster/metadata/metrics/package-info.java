@NullMarked
package io.muster.metadata.metrics;

import org.jspecify.annotations.NullMarked;
