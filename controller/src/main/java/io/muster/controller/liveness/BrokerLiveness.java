package io.muster.controller.liveness;

/**
 * What this controller knows of one broker's life, at one moment.
 *
 * @param lastContactMs milliseconds since its last heartbeat; -1 when this controller has heard none
 * @param leaseLeftMs milliseconds that its newest lease holds at most; 0 for none
 * @param hasSession its stream is open
 */
public record BrokerLiveness(long lastContactMs, long leaseLeftMs, boolean hasSession) {
    public static final BrokerLiveness UNKNOWN = new BrokerLiveness(-1, 0, false);
}
