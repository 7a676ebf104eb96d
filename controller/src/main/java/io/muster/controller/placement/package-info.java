/**
 * Placement, "water-fill and stay": which broker holds which replica and who leads. Pure and deterministic; ties go by stable
 * hash.
 */
@NullMarked
package io.muster.controller.placement;

import org.jspecify.annotations.NullMarked;
