package io.muster.controller.liveness;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes brokers whose stream broke, until they are back, proved gone, or fenced. Probing is started by the liveness thread;
 * answers come on any.
 */
final class Suspicion {
    private static final Logger LOG = LoggerFactory.getLogger(Suspicion.class);
    private static final long PROBE_GAP_NS = 100_000_000;
    /** Probes under way at once. */
    private static final int MAX_PROBES = 64;

    private final LivenessSettings settings;
    private final DeathProbe probe;
    private final Runnable wakeLoop;
    private final java.util.concurrent.atomic.AtomicInteger inFlight = new java.util.concurrent.atomic.AtomicInteger();

    Suspicion(LivenessSettings settings, DeathProbe probe, Runnable wakeLoop) {
        this.settings = settings;
        this.probe = probe;
        this.wakeLoop = wakeLoop;
    }

    void probe(Roster roster, long nowNs) {
        if (!settings.proofOfDeath() || roster.suspects.isEmpty()) {
            return;
        }
        for (BrokerTrack track : roster.suspects.values()) {
            if (inFlight.get() >= MAX_PROBES) {
                return;
            }
            synchronized (track) {
                if (!isSuspect(track) || track.probing || nowNs - track.nextProbeNs < 0) {
                    continue;
                }
                track.probing = true;
                track.nextProbeNs = nowNs + PROBE_GAP_NS;
            }
            inFlight.incrementAndGet();
            long suspectedNs = track.suspectedNs;
            probe.probe(track.host, track.port, track.incarnation)
                    .whenComplete((result, error) -> answered(roster, track, suspectedNs, result));
        }
    }

    private void answered(Roster roster, BrokerTrack track, long suspectedNs, @Nullable ProbeResult result) {
        inFlight.decrementAndGet();
        synchronized (track) {
            track.probing = false;
            // A session that came back in between outweighs what the probe saw.
            boolean current = isSuspect(track) && track.suspectedNs == suspectedNs;
            if (result == null || !result.isGone() || !current) {
                return;
            }
            track.proof = result.sentence();
        }
        LOG.info("Broker {} epoch {}: its process is gone: {}", track.id, track.epoch, result.sentence());
        roster.attention.set(true);
        wakeLoop.run();
    }

    private static boolean isSuspect(BrokerTrack track) {
        return track.suspected && track.sink == null && track.isLive() && track.proof == null;
    }

    long nextNs(Roster roster, long latestNs) {
        long next = latestNs;
        if (settings.proofOfDeath()) {
            for (BrokerTrack track : roster.suspects.values()) {
                synchronized (track) {
                    if (isSuspect(track) && !track.probing) {
                        next = Math.min(next, track.nextProbeNs);
                    }
                }
            }
        }
        return next;
    }
}
