/**
 * Who is alive: last contacts, sessions, leases and their confirmation. Runs off the decision loop; time is a parameter. A
 * stall of the decision loop fences nobody.
 */
@NullMarked
package io.muster.controller.liveness;

import org.jspecify.annotations.NullMarked;
