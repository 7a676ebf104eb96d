package io.muster.agent.core;

/** Where the one session stream stands. */
enum SessionPhase {
    /** No stream; the next attempt waits for its time. */
    CLOSED,
    /** A stream is being opened. */
    CONNECTING,
    /** The stream is open and the registration was sent. */
    REGISTERING,
    /** Registered: heartbeats go up, renewals come down. */
    OPEN
}
