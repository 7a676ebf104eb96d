@NullMarked
package io.muster.agent.work;

import org.jspecify.annotations.NullMarked;
