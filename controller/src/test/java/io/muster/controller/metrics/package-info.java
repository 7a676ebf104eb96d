@NullMarked
package io.muster.controller.metrics;

import org.jspecify.annotations.NullMarked;
