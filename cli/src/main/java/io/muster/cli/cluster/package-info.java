/** How a command reaches a cluster: from any node's address to the controller, with one deadline for all of it. */
@NullMarked
package io.muster.cli.cluster;

import org.jspecify.annotations.NullMarked;
