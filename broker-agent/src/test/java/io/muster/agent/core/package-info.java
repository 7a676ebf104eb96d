@NullMarked
package io.muster.agent.core;

import org.jspecify.annotations.NullMarked;
