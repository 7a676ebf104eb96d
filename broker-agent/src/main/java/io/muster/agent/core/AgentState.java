package io.muster.agent.core;

/** Where an agent stands. The names go to logs, metrics and the status page. */
public enum AgentState {
    /** Looks for the controller; has no broker epoch yet. */
    JOINING,
    /** Has a stream to the controller, has asked to be registered, and waits for its broker epoch. */
    REGISTERING,
    /** Is registered and may own nothing: not caught up, not ready or not healthy yet, or fenced by the controller. */
    FENCED,
    /** Is unfenced and holds a lease: owns what the image gives it. */
    ACTIVE,
    /** Was active and its lease is over: owns nothing until a renewal arrives or the controller fences it. */
    LAPSED,
    /** Has asked the controller to take its work and waits until there is nothing left to hand over. */
    STOPPING,
    /** Has closed every guard and waits for the last callbacks to return. */
    RELEASING,
    /** Has left; the session is closed. The end. */
    STOPPED,
    /** Was refused for good: owns nothing and does not try again. The reason says what to do. */
    FAILED;

    /** True in the two states that are never left. */
    public boolean isFinal() {
        return this == STOPPED || this == FAILED;
    }
}
