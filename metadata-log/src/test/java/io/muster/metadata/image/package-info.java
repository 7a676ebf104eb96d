@NullMarked
package io.muster.metadata.image;

import org.jspecify.annotations.NullMarked;
