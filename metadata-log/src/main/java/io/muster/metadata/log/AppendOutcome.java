package io.muster.metadata.log;

/** What is known of an append. */
public enum AppendOutcome {
    /** Committed and applied on this voter. */
    COMMITTED,
    /** It may or may not be committed, now or later: the voter lost leadership or an answer was lost. */
    UNKNOWN,
    /** It was not appended and never will be. */
    REFUSED
}
