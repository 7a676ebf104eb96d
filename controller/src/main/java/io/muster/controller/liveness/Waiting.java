package io.muster.controller.liveness;

/** A heartbeat that waits for its confirmation. */
record Waiting(BrokerTrack track, RenewalSink sink, long sequence, long appliedOffset, long arrivalNs) {}
