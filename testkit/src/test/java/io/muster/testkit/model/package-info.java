/** Checks the model of the ownership protocol, {@code docs/model}, with TLC. */
@NullMarked
package io.muster.testkit.model;

import org.jspecify.annotations.NullMarked;
