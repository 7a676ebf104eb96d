package io.muster.controller.liveness;

import io.muster.log.v1.CauseKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every live broker's clocks and says who must be fenced: whoever is proved dead, and whoever is silent, does not apply
 * the log, does not finish hand-overs, or says that it is unhealthy, unless {@link BlastGuard} holds that. Used by the decision
 * loop.
 */
final class Judge {
    private final LivenessSettings settings;
    private final BlastGuard guard;
    private @Nullable Roster judged;

    /** Why a broker looks dead; {@code dueNs} is since when. */
    private record Finding(CauseKind kind, String reason, long dueNs) {}

    Judge(LivenessSettings settings) {
        this.settings = settings;
        this.guard = new BlastGuard(settings.lossLimits(), settings.sessionTimeoutNs());
    }

    List<Verdict> verdicts(Roster roster, boolean holdLifted, long nowNs) {
        if (nowNs - roster.lastTickNs > settings.sessionTimeoutNs() / 2) {
            // The liveness thread did not run either: this process was paused. It will restart the clocks first.
            return List.of();
        }
        if (judged != roster) {
            judged = roster;
            guard.startAnew();
        }
        boolean attention = roster.attention.getAndSet(false);
        if (!attention && nowNs - roster.nextScanNs < 0) {
            return List.of();
        }
        List<Verdict> verdicts = new ArrayList<>();
        List<BrokerTrack> live = new ArrayList<>();
        List<BrokerTrack> due = new ArrayList<>();
        long next = nowNs + settings.sessionTimeoutNs();
        for (BrokerTrack track : roster.tracks.values()) {
            if (!track.isLive()) {
                continue;
            }
            Verdict proven = proven(track);
            if (proven != null) {
                verdicts.add(proven);
                continue;
            }
            live.add(track);
            if (finding(roster, track, nowNs) != null) {
                due.add(track);
            } else {
                next = Math.min(next, Math.min(silentNs(roster, track), lagDueNs(roster, track, nowNs)));
            }
        }
        if (!due.isEmpty() || guard.isHolding()) {
            Set<String> held = guard.look(members(roster, live, nowNs), holdLifted, nowNs);
            for (BrokerTrack track : due) {
                Verdict verdict = held.contains(track.rack) ? null : condemned(roster, track, nowNs);
                if (verdict != null) {
                    guard.fenced(track.id, track.rack, nowNs);
                    verdicts.add(verdict);
                }
            }
            if (guard.isHolding()) {
                next = Math.min(next, nowNs + settings.heartbeatIntervalNs() / 2);
            }
        }
        roster.nextScanNs = next;
        return verdicts;
    }

    /** Who will look dead within a heartbeat interval counts already: what falls silent together is due one after another. */
    private List<BlastGuard.Member> members(Roster roster, List<BrokerTrack> live, long nowNs) {
        List<BlastGuard.Member> members = new ArrayList<>(live.size());
        for (BrokerTrack track : live) {
            boolean nearlySilent = silentNs(roster, track) - nowNs <= settings.heartbeatIntervalNs();
            members.add(
                    new BlastGuard.Member(track.id, track.rack, nearlySilent || finding(roster, track, nowNs) != null));
        }
        return members;
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

    private @Nullable Verdict condemned(Roster roster, BrokerTrack track, long nowNs) {
        synchronized (track) {
            Finding finding = finding(roster, track, nowNs);
            if (finding == null || track.condemned || !track.isLive()) {
                return null;
            }
            track.condemned = true;
            long sinceNs = track.suspected ? track.suspectedNs : finding.dueNs();
            return new Verdict(track.id, track.epoch, finding.kind(), finding.reason(), sinceNs);
        }
    }

    private @Nullable Finding finding(Roster roster, BrokerTrack track, long nowNs) {
        synchronized (track) {
            long silentNs = silentNs(roster, track);
            if (nowNs - silentNs >= 0) {
                long silenceMs = (nowNs - silentNs + settings.sessionTimeoutNs()) / 1_000_000;
                return new Finding(CauseKind.SESSION_TIMEOUT, "No heartbeat for " + silenceMs + " ms.", silentNs);
            }
            if (!track.unhealthyReason.isEmpty()) {
                return new Finding(CauseKind.GRAY_FAILURE, "Its application says: " + track.unhealthyReason, nowNs);
            }
            if (!track.accusation.isEmpty()) {
                return new Finding(CauseKind.GRAY_FAILURE, track.accusation, nowNs);
            }
            return lagging(roster, track, nowNs);
        }
    }

    /** When a broker that is not heard any more from now on is taken for dead. */
    private long silentNs(Roster roster, BrokerTrack track) {
        return Roster.later(track.lastContactNs, roster.clockFloorNs) + settings.sessionTimeoutNs();
    }

    /** When a broker that applies nothing more from now on would be lagging. */
    private long lagDueNs(Roster roster, BrokerTrack track, long nowNs) {
        synchronized (track) {
            boolean behind = track.sink != null && track.appliedOffset < roster.image.nextOffset();
            return (behind ? progressNs(roster, track) : nowNs) + lagAllowedNs();
        }
    }

    private @Nullable Finding lagging(Roster roster, BrokerTrack track, long nowNs) {
        long committed = roster.image.nextOffset();
        long stuckNs = nowNs - progressNs(roster, track);
        if (track.sink == null || track.appliedOffset >= committed || stuckNs < lagAllowedNs()) {
            return null;
        }
        return new Finding(
                CauseKind.GRAY_FAILURE,
                "It heartbeats, but has not applied the log beyond offset " + track.appliedOffset + " of " + committed
                        + " for " + stuckNs / 1_000_000 + " ms.",
                nowNs);
    }

    private static long progressNs(Roster roster, BrokerTrack track) {
        return Roster.later(track.progressNs, roster.clockFloorNs);
    }

    private long lagAllowedNs() {
        return settings.sessionTimeoutNs() + settings.heartbeatIntervalNs();
    }

    String hold() {
        return guard.hold();
    }

    int held() {
        return guard.held();
    }
}
