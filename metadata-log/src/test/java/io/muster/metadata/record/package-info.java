@NullMarked
package io.muster.metadata.record;

import org.jspecify.annotations.NullMarked;
