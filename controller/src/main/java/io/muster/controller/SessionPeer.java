package io.muster.controller;

import io.muster.rpc.v1.SessionDown;

/** The broker at the other end of a session's stream. Thread-safe; must not block. */
public interface SessionPeer {
    void send(SessionDown message);

    /** Closes the stream after what was sent. */
    void end();
}
