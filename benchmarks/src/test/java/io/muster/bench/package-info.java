/** Every benchmark runs once, so that none rots. */
@NullMarked
package io.muster.bench;

import org.jspecify.annotations.NullMarked;
