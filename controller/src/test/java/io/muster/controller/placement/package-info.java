/** Tests of the package of the same name. */
@NullMarked
package io.muster.controller.placement;

import org.jspecify.annotations.NullMarked;
