package io.muster.it.history;

import java.util.List;

/**
 * All that was seen in a run.
 *
 * @param changes in any order
 * @param reads in any order
 * @param effects in the order of their arrival at the sink
 */
public record History(List<Change> changes, List<Read> reads, List<Effect> effects) {}
