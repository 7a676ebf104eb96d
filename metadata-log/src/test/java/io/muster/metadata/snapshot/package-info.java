@NullMarked
package io.muster.metadata.snapshot;

import org.jspecify.annotations.NullMarked;
