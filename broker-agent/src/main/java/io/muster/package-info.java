/**
 * The front door: {@link io.muster.Muster} joins this process to a cluster and hands it work.
 */
@NullMarked
package io.muster;

import org.jspecify.annotations.NullMarked;
