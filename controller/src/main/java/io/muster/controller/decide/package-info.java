/**
 * Decisions: each a pure function of an image and a wall time that yields the facts to log. One class per decision. Knows no
 * Ratis, gRPC, HTTP, thread or clock.
 */
@NullMarked
package io.muster.controller.decide;

import org.jspecify.annotations.NullMarked;
