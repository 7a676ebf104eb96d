/** Tests of the package of the same name. */
@NullMarked
package io.muster.controller.decide;

import org.jspecify.annotations.NullMarked;
