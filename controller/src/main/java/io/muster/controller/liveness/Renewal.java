package io.muster.controller.liveness;

import io.muster.log.v1.BrokerState;

/**
 * A confirmed heartbeat.
 *
 * @param sequence the heartbeat's number; all before it are confirmed too
 * @param leaseMs how long the broker may own from the moment it sent that heartbeat; 0 grants nothing
 * @param state the broker's state in the committed image
 * @param committedOffset the next offset of the committed image
 * @param nothingLeft the broker leads nothing and has nothing to release
 */
public record Renewal(long sequence, long leaseMs, BrokerState state, long committedOffset, boolean nothingLeft) {}
