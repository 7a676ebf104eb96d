/** The one package that knows Ratis. */
@NullMarked
package io.muster.metadata.log.ratis;

import org.jspecify.annotations.NullMarked;
