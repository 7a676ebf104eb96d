package io.muster.controller.liveness;

import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.Broker;
import org.jspecify.annotations.Nullable;

/**
 * The soft state of one broker epoch, kept by one controller for one term. Fields that are not volatile are guarded by the
 * track itself.
 */
final class BrokerTrack {
    final int id;
    final long epoch;
    final String incarnation;
    final String host;
    final int port;
    final String rack;

    /** Newest arrival of a heartbeat, or when the clock was started. */
    volatile long lastContactNs;
    /** True once this controller has heard the broker itself. */
    volatile boolean heard;

    volatile BrokerState state;
    /** The end of the newest lease, on this controller's clock, without drift margin. Never moves back. */
    long leaseEndNs;
    /** A lease is granted only to a broker whose image holds every batch below this offset. */
    long requiredOffset;
    /** Newest confirmed heartbeat. */
    long confirmedSequence;

    long confirmedArrivalNs;
    long confirmedAppliedOffset;
    boolean hasConfirmed;

    long appliedOffset;
    /** When it last applied something, or had nothing to apply. */
    long progressNs;

    /** What its application says is wrong with it; empty when healthy. */
    String unhealthyReason = "";

    /** What the controller has against it though it heartbeats; empty for nothing. */
    String accusation = "";

    @Nullable
    RenewalSink sink;

    int waiting;
    /** A verdict was given: no lease until it is fenced or pardoned. */
    boolean condemned;
    /** It did not release in time: no lease until what it holds up is granted to others. */
    boolean withheld;

    /** When the stream broke; meaningful while {@link #suspected}. */
    long suspectedNs;

    boolean suspected;
    boolean probing;
    long nextProbeNs;

    @Nullable
    String proof;

    BrokerTrack(Broker broker, long clockStartNs, long leaseEndNs, long requiredOffset) {
        this.id = broker.id();
        this.epoch = broker.epoch();
        this.incarnation = broker.incarnation();
        this.host = broker.host();
        this.port = broker.port();
        this.rack = broker.rack();
        this.state = broker.state();
        this.lastContactNs = clockStartNs;
        this.progressNs = clockStartNs;
        this.nextProbeNs = clockStartNs;
        this.leaseEndNs = leaseEndNs;
        this.requiredOffset = requiredOffset;
    }

    boolean isLive() {
        return state == BrokerState.UNFENCED || state == BrokerState.STOPPING;
    }

    /** Moves the last contact forward, never back. */
    void contact(long arrivalNs) {
        if (!heard || arrivalNs - lastContactNs > 0) {
            lastContactNs = arrivalNs;
            heard = true;
        }
    }
}
