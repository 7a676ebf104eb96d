package io.muster.agent.work;

import io.muster.agent.core.CallbackKind;

/** Told how long calls into the application took. Called from callback threads; must return at once and not throw. */
public interface CallbackListener {
    /** Listens to nothing. */
    CallbackListener NONE = (kind, waitedNs, ranNs, failed) -> {};

    /** A call has returned. {@code waitedNs}: from request to start; {@code ranNs}: from start to return. */
    void returned(CallbackKind kind, long waitedNs, long ranNs, boolean failed);
}
