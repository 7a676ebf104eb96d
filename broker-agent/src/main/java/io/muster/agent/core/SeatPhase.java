package io.muster.agent.core;

/** Where this broker's replica of one partition stands. A callback is under way exactly in the phases ending in -ING but LEADING. */
enum SeatPhase {
    /** Nothing usable is built: not prepared yet, or preparing failed. */
    NOT_READY,
    /** {@code prepare} is under way. */
    PREPARING,
    /** Prepared; does not lead. */
    STANDBY,
    /** {@code lead} is under way. */
    STARTING,
    /** {@code lead} has returned: the application acts under the ownership, or is about to be told to stop. */
    LEADING,
    /** {@code release} is under way. */
    RELEASING,
    /** {@code drop} is under way. */
    DROPPING
}
