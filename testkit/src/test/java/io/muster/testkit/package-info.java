@NullMarked
package io.muster.testkit;

import org.jspecify.annotations.NullMarked;
