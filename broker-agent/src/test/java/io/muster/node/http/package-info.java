@NullMarked
package io.muster.node.http;

import org.jspecify.annotations.NullMarked;
