/** The agent's meters. The only package of the agent that knows Micrometer. */
@NullMarked
package io.muster.agent.metrics;

import org.jspecify.annotations.NullMarked;
