@NullMarked
package io.muster.node;

import org.jspecify.annotations.NullMarked;
