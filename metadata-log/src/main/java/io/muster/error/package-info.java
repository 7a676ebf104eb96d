/** The one small family of errors that Muster raises on purpose. Depends on nothing. */
@NullMarked
package io.muster.error;

import org.jspecify.annotations.NullMarked;
