package io.muster.controller.liveness;

import io.muster.log.v1.CauseKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at every live broker's clocks and says who must be fenced. Used by the decision loop. */
final class Judge {
    private final LivenessSettings settings;
    private final BlastGuard guard;

    Judge(LivenessSettings settings) {
        this.settings = settings;
        this.guard = new BlastGuard(settings.maxLostShare(), settings.sessionTimeoutNs());
    }

    List<Verdict> verdicts(Roster roster, long nowNs) {
        long timeoutNs = settings.sessionTimeoutNs();
        if (nowNs - roster.lastTickNs > timeoutNs / 2) {
            // The liveness thread did not run either: this process was paused. It will restart the clocks first.
            return List.of();
        }
        boolean attention = roster.attention.getAndSet(false);
        if (!attention && nowNs - roster.nextScanNs < 0) {
            return List.of();
        }
        List<Verdict> verdicts = new ArrayList<>();
        List<BrokerTrack> silent = new ArrayList<>();
        int live = 0;
        int nearlySilent = 0;
        long next = nowNs + timeoutNs;
        for (BrokerTrack track : roster.tracks.values()) {
            if (!track.isLive()) {
                continue;
            }
            Verdict proven = proven(track);
            if (proven != null) {
                guard.proved();
                verdicts.add(proven);
                continue;
            }
            live++;
            long contactNs = Roster.later(track.lastContactNs, roster.clockFloorNs);
            long silenceNs = nowNs - contactNs;
            if (silenceNs >= timeoutNs - settings.heartbeatIntervalNs()) {
                nearlySilent++;
            }
            if (silenceNs >= timeoutNs) {
                silent.add(track);
                continue;
            }
            Verdict lagging = lagging(roster, track, nowNs);
            if (lagging != null) {
                verdicts.add(lagging);
            }
            next = Math.min(next, Math.min(contactNs + timeoutNs, lagDueNs(roster, track, nowNs)));
        }
        if (!silent.isEmpty()) {
            if (guard.mayFence(live, nearlySilent, nowNs)) {
                for (BrokerTrack track : silent) {
                    Verdict timedOut = timedOut(roster, track, nowNs);
                    if (timedOut != null) {
                        guard.fenced(nowNs);
                        verdicts.add(timedOut);
                    }
                }
            } else {
                next = nowNs + settings.heartbeatIntervalNs() / 2;
            }
        } else if (guard.isHolding()) {
            guard.mayFence(live, nearlySilent, nowNs);
        }
        roster.nextScanNs = next;
        return verdicts;
    }

    private static @Nullable Verdict proven(BrokerTrack track) {
        synchronized (track) {
            if (track.proof == null || track.condemned || !track.isLive() || track.sink != null) {
                return null;
            }
            track.condemned = true;
            return new Verdict(track.id, track.epoch, CauseKind.PROOF_OF_DEATH, track.proof, track.suspectedNs);
        }
    }

    private @Nullable Verdict timedOut(Roster roster, BrokerTrack track, long nowNs) {
        synchronized (track) {
            long contactNs = Roster.later(track.lastContactNs, roster.clockFloorNs);
            long silenceNs = nowNs - contactNs;
            if (silenceNs < settings.sessionTimeoutNs() || track.condemned || !track.isLive()) {
                return null;
            }
            track.condemned = true;
            return new Verdict(
                    track.id,
                    track.epoch,
                    CauseKind.SESSION_TIMEOUT,
                    "No heartbeat for " + silenceNs / 1_000_000 + " ms.",
                    track.suspected ? track.suspectedNs : contactNs + settings.sessionTimeoutNs());
        }
    }

    /** When a broker that applies nothing more from now on would be lagging. */
    private long lagDueNs(Roster roster, BrokerTrack track, long nowNs) {
        long allowedNs = settings.sessionTimeoutNs() + settings.heartbeatIntervalNs();
        synchronized (track) {
            boolean behind = track.sink != null && track.appliedOffset < roster.image.nextOffset();
            return behind ? Roster.later(track.progressNs, roster.clockFloorNs) + allowedNs : nowNs + allowedNs;
        }
    }

    private @Nullable Verdict lagging(Roster roster, BrokerTrack track, long nowNs) {
        synchronized (track) {
            long committed = roster.image.nextOffset();
            long stuckNs = nowNs - Roster.later(track.progressNs, roster.clockFloorNs);
            if (track.sink == null
                    || track.condemned
                    || track.appliedOffset >= committed
                    || stuckNs < settings.sessionTimeoutNs() + settings.heartbeatIntervalNs()) {
                return null;
            }
            track.condemned = true;
            return new Verdict(
                    track.id,
                    track.epoch,
                    CauseKind.GRAY_FAILURE,
                    "It heartbeats, but has not applied the log beyond offset " + track.appliedOffset + " of "
                            + committed + " for " + stuckNs / 1_000_000 + " ms.",
                    nowNs);
        }
    }

    boolean isHolding() {
        return guard.isHolding();
    }
}
