/**
 * The agent without thread, clock or gRPC: {@link io.muster.agent.core.AgentCore} is told what happened and when, and says
 * what to do through {@link io.muster.agent.core.AgentOutputs}. The shell and the simulator drive the same core. Depends on
 * the image, the wire messages and the embedded API, on nothing else.
 */
@NullMarked
package io.muster.agent.core;

import org.jspecify.annotations.NullMarked;
