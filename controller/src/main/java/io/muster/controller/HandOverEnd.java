package io.muster.controller;

import io.muster.log.v1.Cause;
import io.muster.log.v1.CauseKind;

/** How the wait for an old owner ended. */
public enum HandOverEnd {
    /** It said that it has let go. */
    RELEASED,
    /** It did not, and its lease ran out. */
    LEASE_OVER,
    /** It died, was fenced, or the partition was deleted. */
    LOST;

    static HandOverEnd of(Cause cause) {
        if (cause.getKind() != CauseKind.HAND_OVER) {
            return LOST;
        }
        return cause.getActor().equals("controller") ? LEASE_OVER : RELEASED;
    }
}
