package io.muster.it.history;

import io.muster.testkit.witness.Beat;

/**
 * A beat as the sink judged it.
 *
 * @param node who sent it
 * @param beat what it said
 * @param accepted whether the sink took it
 */
public record Effect(int node, Beat beat, boolean accepted) {}
