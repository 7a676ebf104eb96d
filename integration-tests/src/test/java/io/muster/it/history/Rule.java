package io.muster.it.history;

/** What a run must not break. */
public enum Rule {
    /** An acknowledged change stands in the log, at the offset that its client was told. */
    ACKNOWLEDGED_SURVIVES,
    /** A request is done at most once. */
    DONE_ONCE,
    /** What was refused is not in the log. */
    REFUSED_IS_NOT_DONE,
    /** A change that was asked for after another was acknowledged stands behind it. */
    REAL_TIME_ORDER,
    /** A strict read shows every change that was acknowledged before it was asked. */
    STRICT_READ_IS_FRESH,
    /** A read shows what the log says at its offset. */
    READ_IS_TRUE,
    /** Effects that were accepted never go back in epoch. */
    EPOCHS_RISE,
    /** Who acts with an epoch was granted it by the log. */
    EPOCH_WAS_GRANTED,
    /** No two nodes' guards say yes for one leased partition at once. */
    NO_BELIEVED_OVERLAP,
    /** All voters hold the same log. */
    LOGS_AGREE,
    /** The committed log keeps the cluster's invariants. */
    LOG_INVARIANTS,
    /** A run must be large enough to mean something. */
    LARGE_ENOUGH
}
