package io.muster.controller.liveness;

import io.muster.log.v1.CauseKind;

/**
 * A broker that has to be fenced. From this moment until it is fenced or pardoned it is given no lease.
 *
 * @param broker node id
 * @param epoch its broker epoch
 * @param kind SESSION_TIMEOUT, PROOF_OF_DEATH or GRAY_FAILURE
 * @param reason a sentence
 * @param sinceNs when its death was first suspected (the stream broke) or, without suspicion, when it fell due
 */
public record Verdict(int broker, long epoch, CauseKind kind, String reason, long sinceNs) {}
