/** The meters of a node: the JVM, the build, the quorum as this voter sees it. */
@NullMarked
package io.muster.node.metrics;

import org.jspecify.annotations.NullMarked;
