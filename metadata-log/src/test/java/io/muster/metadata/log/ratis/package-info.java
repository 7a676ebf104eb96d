@NullMarked
package io.muster.metadata.log.ratis;

import org.jspecify.annotations.NullMarked;
