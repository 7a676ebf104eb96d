package io.muster.it.history;

/** What a client knows of its change. */
public enum Outcome {
    /** Acknowledged. */
    OK,
    /** Refused for certain: it must never show. */
    REFUSED,
    /** It may or may not have been done. */
    UNKNOWN
}
