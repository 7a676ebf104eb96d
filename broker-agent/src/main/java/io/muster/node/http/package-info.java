/** What a node shows over HTTP: metrics and health. Knows no controller and no agent; it is given checks to ask. */
@NullMarked
package io.muster.node.http;

import org.jspecify.annotations.NullMarked;
