@NullMarked
package io.muster.controller.liveness;

import org.jspecify.annotations.NullMarked;
