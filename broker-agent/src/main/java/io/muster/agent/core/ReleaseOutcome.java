package io.muster.agent.core;

/** How an ownership ended. */
public enum ReleaseOutcome {
    /** It was taken back and given back while the lease held: whoever is next waited for nothing else. */
    HANDED_OVER,
    /** The lease was over before it was given back: the cluster had to wait for that, or did not know. */
    LAPSED,
    /** This broker was leaving for good and did not wait to be asked. */
    LEFT
}
