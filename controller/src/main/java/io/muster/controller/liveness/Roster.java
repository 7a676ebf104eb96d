package io.muster.controller.liveness;

import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageDelta.BrokerChange;
import io.muster.metadata.image.MetadataImage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Everybody's soft state during one term of this controller. A new term starts with a new roster, so nothing that a past
 * term believed can leak into it. Thread-safe by {@link BrokerTrack}'s rules.
 */
final class Roster {
    final long epoch;
    final ConcurrentHashMap<Integer, BrokerTrack> tracks = new ConcurrentHashMap<>();
    /** Heartbeats in the order of arrival, nearly; one consumer. */
    final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();

    final ConcurrentHashMap<Integer, BrokerTrack> suspects = new ConcurrentHashMap<>();
    /** Something must be judged before the next scan is due. */
    final AtomicBoolean attention = new AtomicBoolean();
    /** No clock counts from before this moment. */
    volatile long clockFloorNs;

    volatile long newestWaitingNs;
    volatile long lastTickNs;
    volatile long lastBarrierNs;
    volatile MetadataImage image;
    /** Next look at the clocks; used by the decision loop only. */
    long nextScanNs;

    Roster(long epoch, MetadataImage image, long nowNs, LivenessSettings settings) {
        this.epoch = epoch;
        this.image = image;
        clockFloorNs = nowNs;
        newestWaitingNs = nowNs;
        lastTickNs = nowNs;
        lastBarrierNs = nowNs - settings.heartbeatIntervalNs();
        nextScanNs = nowNs;
        for (Broker broker : image.brokers()) {
            // What a predecessor granted is not known, only that it is over within a session timeout. And whatever it
            // took
            // away without an acknowledgement is in this image.
            BrokerTrack track = new BrokerTrack(broker, nowNs, nowNs + settings.sessionTimeoutNs(), image.nextOffset());
            tracks.put(broker.id(), track);
            if (track.isLive()) {
                track.suspected = true;
                track.suspectedNs = nowNs;
                suspects.put(track.id, track);
            }
        }
    }

    /** The track of a broker's present incarnation, or null if {@code brokerEpoch} is not the present one. */
    @Nullable
    BrokerTrack track(int broker, long brokerEpoch) {
        BrokerTrack track = tracks.get(broker);
        return track == null || track.epoch != brokerEpoch ? null : track;
    }

    /** Follows what a batch at {@code offset} did to a broker; returns the track whose session it ended, if any. */
    @Nullable
    BrokerTrack follow(BrokerChange change, long offset, long nowNs) {
        Broker after = change.after();
        if (after == null) {
            Broker before = change.before();
            return before == null ? null : tracks.remove(before.id());
        }
        BrokerTrack track = tracks.get(after.id());
        if (track == null || track.epoch != after.epoch()) {
            // The old incarnation is dead, whatever it was granted: a new one got the lock on its storage.
            BrokerTrack next = new BrokerTrack(after, nowNs, nowNs, offset + 1);
            tracks.put(after.id(), next);
            suspects.remove(after.id());
            attention.set(true);
            return track;
        }
        synchronized (track) {
            if (track.state == after.state()) {
                return null;
            }
            boolean wasLive = track.isLive();
            track.state = after.state();
            if (wasLive && !track.isLive()) {
                // Fenced: its work may be another's. No lease before it knows (invariant 5).
                track.requiredOffset = Math.max(track.requiredOffset, offset + 1);
                track.condemned = false;
                track.accusation = "";
                track.suspected = false;
                track.proof = null;
                suspects.remove(track.id);
            } else if (!wasLive && track.isLive()) {
                track.lastContactNs = later(track.lastContactNs, nowNs);
                track.progressNs = later(track.progressNs, nowNs);
                if (track.hasConfirmed && track.sink != null && track.waiting == 0) {
                    // Its last heartbeat is confirmed already: the lease need not wait for the next one.
                    track.waiting++;
                    waiting.add(new Waiting(
                            track,
                            track.sink,
                            track.confirmedSequence,
                            track.confirmedAppliedOffset,
                            track.confirmedArrivalNs));
                }
                if (track.sink == null) {
                    track.suspected = true;
                    track.suspectedNs = nowNs;
                    track.nextProbeNs = nowNs;
                    suspects.put(track.id, track);
                }
                attention.set(true);
            }
        }
        return null;
    }

    static long later(long a, long b) {
        return b - a > 0 ? b : a;
    }
}
