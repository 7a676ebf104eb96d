package io.muster.testkit.witness;

/**
 * What a sink has counted since it started.
 *
 * @param partitions partitions that were ever served
 * @param accepted beats accepted
 * @param refused beats refused for a leader epoch that is no longer the newest: the token did its work
 * @param guardRefusals attempts that the owners' own guards refused, so that no beat was sent
 * @param overlaps proofs of two valid owners at once
 */
public record WitnessTotals(int partitions, long accepted, long refused, long guardRefusals, long overlaps) {}
