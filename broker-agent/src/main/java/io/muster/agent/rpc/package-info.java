/** The client side of the wire: session stream and feed. The only package of the agent that knows gRPC. */
@NullMarked
package io.muster.agent.rpc;

import org.jspecify.annotations.NullMarked;
