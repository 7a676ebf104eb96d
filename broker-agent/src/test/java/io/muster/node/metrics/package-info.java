@NullMarked
package io.muster.node.metrics;

import org.jspecify.annotations.NullMarked;
