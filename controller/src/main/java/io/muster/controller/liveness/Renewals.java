package io.muster.controller.liveness;

import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.MetadataImage;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Answers heartbeats once they are confirmed, and asks for what confirms them. Used by the liveness thread. */
final class Renewals {
    /** Barriers under way; when so many are stuck, more do not help. */
    private static final int MAX_BARRIERS_IN_FLIGHT = 8;

    private final LivenessSettings settings;
    private final Appends appends;
    private final LongAdder granted = new LongAdder();

    Renewals(LivenessSettings settings, Appends appends) {
        this.settings = settings;
        this.appends = appends;
    }

    /** Answers every heartbeat that is confirmed. */
    void send(Roster roster) {
        long confirmedNs = appends.confirmedNs();
        Waiting head;
        while ((head = roster.waiting.peek()) != null && head.arrivalNs() - confirmedNs <= 0) {
            roster.waiting.poll();
            Renewal renewal = confirm(roster.image, head);
            if (renewal != null) {
                head.sink().renewed(renewal);
            }
        }
    }

    private @Nullable Renewal confirm(MetadataImage image, Waiting heartbeat) {
        BrokerTrack track = heartbeat.track();
        long leaseMs = 0;
        BrokerState state;
        synchronized (track) {
            if (track.sink != heartbeat.sink()) {
                return null;
            }
            track.waiting--;
            if (!track.hasConfirmed || heartbeat.sequence() >= track.confirmedSequence) {
                track.hasConfirmed = true;
                track.confirmedSequence = heartbeat.sequence();
                track.confirmedArrivalNs = heartbeat.arrivalNs();
                track.confirmedAppliedOffset = heartbeat.appliedOffset();
            }
            state = track.state;
            boolean knowsItsLosses = heartbeat.appliedOffset() >= track.requiredOffset;
            if (track.isLive() && !track.condemned && !track.withheld && knowsItsLosses) {
                leaseMs = settings.leaseMs();
                // Known to the controller before the broker can hear of it.
                track.leaseEndNs = Roster.later(track.leaseEndNs, heartbeat.arrivalNs() + settings.leaseNs());
            }
        }
        if (leaseMs > 0) {
            granted.increment();
        }
        boolean nothingLeft = state != BrokerState.UNFENCED && image.hasNothing(track.id);
        return new Renewal(heartbeat.sequence(), leaseMs, state, image.nextOffset(), nothingLeft);
    }

    /** One barrier serves every heartbeat that waits; any entry of the decision loop does as well. */
    void barrierIfNeeded(Roster roster, long nowNs) {
        if (needsBarrier(roster, nowNs)
                && nowNs - roster.lastBarrierNs >= barrierGapNs()
                && appends.barriersInFlight() < MAX_BARRIERS_IN_FLIGHT) {
            roster.lastBarrierNs = nowNs;
            appends.barrier(roster.epoch, nowNs);
        }
    }

    private boolean needsBarrier(Roster roster, long nowNs) {
        if (roster.waiting.isEmpty()) {
            return false;
        }
        boolean covered = roster.newestWaitingNs - appends.lastAppendNs() <= 0;
        boolean stuck = nowNs - appends.lastAppendNs() >= barrierGapNs();
        return !covered || stuck;
    }

    long nextNs(Roster roster, long nowNs) {
        if (roster.waiting.isEmpty() || appends.barriersInFlight() >= MAX_BARRIERS_IN_FLIGHT) {
            return Long.MAX_VALUE;
        }
        long dueNs = roster.lastBarrierNs + barrierGapNs();
        return needsBarrier(roster, nowNs) ? dueNs : Math.max(dueNs, appends.lastAppendNs() + barrierGapNs());
    }

    private long barrierGapNs() {
        return settings.heartbeatIntervalNs() / 2;
    }

    long granted() {
        return granted.sum();
    }
}
