/** The gRPC server of a node, what every node answers about itself, and how it asks other nodes the same. */
@NullMarked
package io.muster.node.rpc;

import org.jspecify.annotations.NullMarked;
