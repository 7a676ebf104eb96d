/**
 * What clients and owners saw in a run, and the checker that compares it with the committed log. Pure: it knows no process,
 * network or clock. The log is the witness of the order, so nothing has to be searched for.
 */
@NullMarked
package io.muster.it.history;

import org.jspecify.annotations.NullMarked;
