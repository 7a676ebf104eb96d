@NullMarked
package io.muster.metadata.log;

import org.jspecify.annotations.NullMarked;
