package io.muster.controller.liveness;

import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.RefusalCode;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is alive, and how long each may own. Soft state of one controller, never logged.
 *
 * <p>Four kinds of threads come here, and none waits for another: RPC threads store heartbeats at once; the log's thread
 * reports what was applied; the liveness thread ({@link #tick}) sends renewals, asks for barriers and probes; the decision
 * loop ({@link #verdicts}) asks who must be fenced. Because the clocks are written on arrival and leases are confirmed
 * without the loop, a loop that stalls fences nobody and lets no lease lapse.
 *
 * <p>A lease is granted for a heartbeat when (1) an entry handed in after its arrival was applied in this controller's own
 * term, (2) the broker is live, not condemned and not withheld, and (3) its image holds every batch that took work from it
 * without its acknowledgement. All time is the caller's monotonic clock. Thread-safe.
 */
public final class Liveness {
    private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);
    /** Heartbeats of one session that wait for confirmation; more are heard, but not answered. */
    private static final int MAX_WAITING = 32;

    private final LivenessSettings settings;
    private final Appends appends;
    private final Runnable wake;
    private final Runnable wakeLoop;
    private final Suspicion suspicion;
    private final Judge judge;
    private final Renewals renewals;
    private final LongAdder heartbeats = new LongAdder();
    private volatile @Nullable Roster roster;

    /**
     * @param wake called when {@link #tick} has work before {@link #nextTickNs}; from any thread
     * @param wakeLoop called when {@link #verdicts} has work before its time; from any thread
     */
    public Liveness(LivenessSettings settings, Appends appends, DeathProbe probe, Runnable wake, Runnable wakeLoop) {
        this.settings = settings;
        this.appends = appends;
        this.wake = wake;
        this.wakeLoop = wakeLoop;
        this.suspicion = new Suspicion(settings, probe, wakeLoop);
        this.judge = new Judge(settings);
        this.renewals = new Renewals(settings, appends);
    }

    // ---- the log's thread

    /** This voter leads: every clock starts now (invariant 7). */
    public void activate(long epoch, MetadataImage image, long nowNs) {
        appends.start(epoch, nowNs);
        roster = new Roster(epoch, image, nowNs, settings);
        wake.run();
    }

    /** This voter leads no longer: every session ends. */
    public void deactivate(String why) {
        Roster r = roster;
        roster = null;
        appends.stop();
        if (r != null) {
            r.tracks.values().forEach(t -> end(t, RefusalCode.NOT_CONTROLLER, why));
        }
    }

    /** A batch was applied. */
    public void onApplied(Applied applied, long term, long nowNs) {
        Roster r = roster;
        if (r == null) {
            return;
        }
        r.image = applied.after();
        for (ImageDelta.BrokerChange change : applied.delta().brokers()) {
            BrokerTrack replaced = r.follow(change, applied.offset(), nowNs);
            if (replaced != null) {
                end(replaced, RefusalCode.STALE_EPOCH, "Broker " + replaced.id + " was registered anew or removed.");
            }
        }
        appends.applied(applied.offset(), term);
        if (!r.waiting.isEmpty()) {
            wake.run();
        }
    }

    /** A barrier was applied. */
    public void onBarrier(long term, long barrierId) {
        if (appends.barrierApplied(barrierId, term)) {
            wake.run();
        }
    }

    // ---- RPC threads

    /**
     * Opens a session for a registered broker; one that was open ends.
     *
     * @param arrivalNs when the broker's registration message arrived
     * @return false if {@code epoch} is not the broker's present epoch, or this voter does not lead
     */
    public boolean openSession(int broker, long epoch, RenewalSink sink, long arrivalNs) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.track(broker, epoch);
        if (r == null || track == null) {
            return false;
        }
        RenewalSink old;
        synchronized (track) {
            old = track.sink;
            track.sink = sink;
            track.waiting = 0;
            track.hasConfirmed = false;
            track.suspected = false;
            track.proof = null;
            track.contact(arrivalNs);
            track.progressNs = Roster.later(track.progressNs, arrivalNs);
            r.suspects.remove(broker);
        }
        if (old != null && old != sink) {
            old.ended(RefusalCode.STALE_EPOCH, "A newer session of broker " + broker + " took the place of this one.");
        }
        if (roster != r) {
            end(track, RefusalCode.NOT_CONTROLLER, "This node leads no longer.");
        }
        return true;
    }

    /** The session's stream is gone: suspicion, not yet proof. */
    public void closeSession(int broker, long epoch, RenewalSink sink, long nowNs) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.track(broker, epoch);
        if (r == null || track == null) {
            return;
        }
        synchronized (track) {
            if (track.sink != sink) {
                return;
            }
            track.sink = null;
            if (track.isLive()) {
                track.suspected = true;
                track.suspectedNs = nowNs;
                track.nextProbeNs = nowNs;
                r.suspects.put(broker, track);
            }
        }
        wake.run();
    }

    /**
     * A heartbeat arrived. Costs about a microsecond and never waits.
     *
     * @param appliedOffset the broker's image holds every batch below this
     * @return false if the session is not the broker's present one: it must register again
     */
    public boolean heartbeat(
            int broker, long epoch, RenewalSink sink, long sequence, long appliedOffset, long arrivalNs) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.track(broker, epoch);
        if (r == null || track == null) {
            return false;
        }
        heartbeats.increment();
        synchronized (track) {
            if (track.sink != sink) {
                return false;
            }
            track.contact(arrivalNs);
            if (appliedOffset > track.appliedOffset || appliedOffset >= r.image.nextOffset()) {
                track.progressNs = Roster.later(track.progressNs, arrivalNs);
            }
            track.appliedOffset = appliedOffset;
            if (track.waiting >= MAX_WAITING) {
                return true;
            }
            track.waiting++;
        }
        boolean first = r.waiting.isEmpty();
        r.newestWaitingNs = arrivalNs;
        r.waiting.add(new Waiting(track, sink, sequence, appliedOffset, arrivalNs));
        if (first) {
            wake.run();
        }
        return true;
    }

    /** What the broker's application says is wrong with it; empty when it is healthy. */
    public void health(int broker, long epoch, String unhealthyReason) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.track(broker, epoch);
        if (r == null || track == null) {
            return;
        }
        synchronized (track) {
            if (track.unhealthyReason.equals(unhealthyReason)) {
                return;
            }
            track.unhealthyReason = unhealthyReason;
        }
        r.attention.set(true);
        wakeLoop.run();
    }

    /** Whether the broker's image holds all that it must before it may be given a lease. */
    public boolean isCaughtUp(int broker, long epoch, long appliedOffset) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.track(broker, epoch);
        if (track == null) {
            return false;
        }
        synchronized (track) {
            return appliedOffset >= track.requiredOffset;
        }
    }

    /** Whether the broker has an open stream and was heard within the session timeout. */
    public boolean hasSession(int broker, long nowNs) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.tracks.get(broker);
        if (track == null) {
            return false;
        }
        synchronized (track) {
            return track.sink != null && nowNs - track.lastContactNs < settings.sessionTimeoutNs();
        }
    }

    /** For people. */
    public BrokerLiveness view(int broker, long nowNs) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.tracks.get(broker);
        if (track == null) {
            return BrokerLiveness.UNKNOWN;
        }
        synchronized (track) {
            long contact = track.heard ? Math.max(0, (nowNs - track.lastContactNs) / 1_000_000) : -1;
            long lease = track.isLive() ? Math.max(0, (track.leaseEndNs - nowNs) / 1_000_000) : 0;
            return new BrokerLiveness(contact, lease, track.sink != null);
        }
    }

    // ---- the liveness thread

    /** Sends renewals, asks for a barrier, probes silent brokers, and notices when this process was paused. */
    public void tick(long nowNs) {
        Roster r = roster;
        if (r == null) {
            return;
        }
        long gapNs = nowNs - r.lastTickNs;
        if (gapNs > settings.sessionTimeoutNs() / 2) {
            LOG.warn(
                    "This controller was paused for {} ms; every broker's clock starts again, for their heartbeats may"
                            + " have waited here unread.",
                    gapNs / 1_000_000);
            r.clockFloorNs = nowNs;
        }
        r.lastTickNs = nowNs;
        renewals.send(r);
        renewals.barrierIfNeeded(r, nowNs);
        suspicion.probe(r, nowNs);
    }

    /** When {@link #tick} is due at the latest, if it is not woken. */
    public long nextTickNs(long nowNs) {
        Roster r = roster;
        long pauseCheckNs = nowNs + settings.sessionTimeoutNs() / 8;
        if (r == null) {
            return pauseCheckNs;
        }
        long next = Math.min(pauseCheckNs, renewals.nextNs(r, nowNs));
        return Math.max(nowNs, Math.min(next, suspicion.nextNs(r, pauseCheckNs)));
    }

    // ---- the decision loop

    /**
     * Brokers that must be fenced now. From here until they are fenced or pardoned they get no lease.
     *
     * @param holdLifted an operator said to fence however many look dead
     */
    public List<Verdict> verdicts(boolean holdLifted, long nowNs) {
        Roster r = roster;
        return r == null ? List.of() : judge.verdicts(r, holdLifted, nowNs);
    }

    /** When {@link #verdicts} is due. */
    public long nextVerdictNs(long nowNs) {
        Roster r = roster;
        if (r == null) {
            return Long.MAX_VALUE;
        }
        return r.attention.get() ? nowNs : r.nextScanNs;
    }

    /** The fencing of these brokers came to nothing, for certain: they may be given leases again. */
    public void pardonAll() {
        Roster r = roster;
        if (r != null) {
            for (BrokerTrack track : r.tracks.values()) {
                synchronized (track) {
                    track.condemned = false;
                }
            }
            r.attention.set(true);
        }
    }

    /** As {@link #pardonAll}, for one broker; it is not judged before {@code judgeNs}. On the decision loop. */
    public void pardon(int broker, long epoch, long judgeNs) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.track(broker, epoch);
        if (r != null && track != null) {
            synchronized (track) {
                track.condemned = false;
            }
            r.nextScanNs = Math.min(r.nextScanNs, judgeNs);
        }
    }

    /** The broker heartbeats and does not do its part: it is judged as one that looks dead, until {@link #resume}. */
    public void accuse(int broker, String sentence) {
        change(broker, track -> track.accusation = sentence);
    }

    /** Grants the broker no further lease, so that its lease runs out. */
    public void withhold(int broker) {
        change(broker, track -> track.withheld = true);
    }

    /**
     * Ends {@link #withhold} and {@link #accuse}.
     *
     * @param requiredOffset the broker gets no lease before its image holds every batch below this
     */
    public void resume(int broker, long requiredOffset) {
        change(broker, track -> {
            track.requiredOffset = Math.max(track.requiredOffset, requiredOffset);
            track.withheld = false;
            track.accusation = "";
        });
    }

    /** Changes what is known of a broker, if it is known, and has it judged again. */
    private void change(int broker, Consumer<BrokerTrack> change) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.tracks.get(broker);
        if (r != null && track != null) {
            synchronized (track) {
                change.accept(track);
            }
            r.attention.set(true);
        }
    }

    /** When the last lease of the broker is over for certain; empty while it may be renewed. */
    public OptionalLong leaseOverNs(int broker, long nowNs) {
        Roster r = roster;
        if (r == null) {
            return OptionalLong.empty();
        }
        BrokerTrack track = r.tracks.get(broker);
        if (track == null) {
            return OptionalLong.of(nowNs);
        }
        synchronized (track) {
            // Condemnation can be taken back while something is under way; fencing and withholding cannot.
            boolean mayBeRenewed = track.isLive() && !track.withheld;
            return mayBeRenewed ? OptionalLong.empty() : OptionalLong.of(track.leaseEndNs + settings.driftMarginNs());
        }
    }

    /** The state of a broker as it is known here; FENCED when it is not known. */
    public BrokerState state(int broker) {
        Roster r = roster;
        BrokerTrack track = r == null ? null : r.tracks.get(broker);
        return track == null ? BrokerState.FENCED : track.state;
    }

    /** Whether the broker is stopping and leads and releases nothing any more: it is granted nothing either. */
    public boolean hasStopped(int broker) {
        Roster r = roster;
        return r != null && state(broker) == BrokerState.STOPPING && r.image.hasNothing(broker);
    }

    /** Live brokers without a deadline: always none (invariant 7); for tests. */
    public List<Integer> liveWithoutDeadline(MetadataImage image) {
        Roster r = roster;
        if (r == null) {
            return List.of();
        }
        List<Integer> missing = new java.util.ArrayList<>();
        for (Broker broker : image.brokers()) {
            BrokerTrack track = r.track(broker.id(), broker.epoch());
            if (!broker.isFenced() && (track == null || !track.isLive())) {
                missing.add(broker.id());
            }
        }
        return missing;
    }

    /** Why fencing is held because too many brokers look dead at once, one sentence; empty when it is not held. */
    public String fencingHold() {
        return roster == null ? "" : judge.hold();
    }

    /** Brokers that look dead and are not fenced because fencing is held. */
    public int heldBrokers() {
        return roster == null ? 0 : judge.held();
    }

    public long heartbeats() {
        return heartbeats.sum();
    }

    /** Leases granted. */
    public long leaseRenewals() {
        return renewals.granted();
    }

    public long barriers() {
        return appends.barriers();
    }

    private static void end(BrokerTrack track, RefusalCode code, String why) {
        RenewalSink sink;
        synchronized (track) {
            sink = track.sink;
            track.sink = null;
        }
        if (sink != null) {
            sink.ended(code, why);
        }
    }
}
