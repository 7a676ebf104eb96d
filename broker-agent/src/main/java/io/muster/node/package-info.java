/** Assembles a node from its config: voter, broker or both. The only package that sees the controller and the agent. */
@NullMarked
package io.muster.node;

import org.jspecify.annotations.NullMarked;
