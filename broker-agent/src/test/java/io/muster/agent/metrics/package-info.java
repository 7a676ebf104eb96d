@NullMarked
package io.muster.agent.metrics;

import org.jspecify.annotations.NullMarked;
