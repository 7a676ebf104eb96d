package io.muster.controller.liveness;

import io.muster.rpc.v1.RefusalCode;

/** The controller's end of a broker's session. Called from the liveness thread and others; must not block. */
public interface RenewalSink {
    /** A heartbeat of this session was confirmed. */
    void renewed(Renewal renewal);

    /** The session is over: another took its place, or this voter leads no longer. Called at most once. */
    void ended(RefusalCode code, String sentence);
}
