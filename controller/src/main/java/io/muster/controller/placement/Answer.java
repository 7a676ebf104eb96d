package io.muster.controller.placement;

/** What a {@link Rule} says about a candidate. */
public enum Answer {
    /** The candidate may have the replica. */
    YES,
    /** It may not, and waiting does not help. */
    NO,
    /** It may not now; it may when something that is expected has happened. */
    NOT_YET
}
