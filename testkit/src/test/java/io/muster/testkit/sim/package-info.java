@NullMarked
package io.muster.testkit.sim;

import org.jspecify.annotations.NullMarked;
