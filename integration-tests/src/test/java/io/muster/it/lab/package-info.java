/**
 * The fault lab: places where nodes run, and what can be done to them there (networks that are cut, clocks that step, disks
 * that are full). It knows no Muster. What a machine does not permit is skipped with one printed line.
 */
@NullMarked
package io.muster.it.lab;

import org.jspecify.annotations.NullMarked;
