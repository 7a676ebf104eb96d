/**
 * The running agent: one thread around {@link io.muster.agent.core.AgentCore}, with the real clock, the gRPC streams and the
 * callback threads.
 */
@NullMarked
package io.muster.agent.shell;

import org.jspecify.annotations.NullMarked;
