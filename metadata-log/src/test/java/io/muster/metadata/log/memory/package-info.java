@NullMarked
package io.muster.metadata.log.memory;

import org.jspecify.annotations.NullMarked;
