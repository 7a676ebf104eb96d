package io.muster.agent.core;

import io.muster.agent.Partition;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.Record;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.ImageDelta;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.image.PartitionState;
import io.muster.metadata.image.Resource;
import io.muster.metadata.image.Suspect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicas of this broker. The image is what is wanted; {@link #converge} compares one seat with it and takes the next
 * step, one callback at a time for each seat. Not thread-safe.
 *
 * <p>When a lease lapses while the image goes on naming this broker the leader (a pause longer than the lease and shorter
 * than the session), the ownership ends, {@code release} runs, and once that has returned and a new lease has begun, a
 * <em>new</em> ownership begins at the <em>same</em> leader epoch. That is sound: the epoch was not acked, so nobody else was
 * granted the partition, and the new lease is only used with an image that is at least as new as it.
 */
final class Seats {
    private static final Logger log = LoggerFactory.getLogger(Seats.class);

    private final int me;
    private final Duration releaseTime;
    private final AgentOutputs outputs;
    private final AgentListener listener;
    private final Map<Partition, Seat> seats = new LinkedHashMap<>();
    private final Map<Long, Seat> byCallback = new HashMap<>();
    /** Seats with an ownership, open or closed. */
    private final Set<Seat> owning = new LinkedHashSet<>();
    /** Seats that wait for another try. */
    private final Set<Seat> failing = new LinkedHashSet<>();

    private final Reports reports = new Reports();
    private final Starts starts = new Starts();
    private Standing standing;
    private long nextCallbackId = 1;
    private long nextRetryNs = AgentCore.NEVER;
    private int open;

    Seats(int me, Duration releaseTime, Standing standing, AgentOutputs outputs, AgentListener listener) {
        this.me = me;
        this.releaseTime = releaseTime;
        this.standing = standing;
        this.outputs = outputs;
        this.listener = listener;
    }

    // ---- what changes the wanted state

    /** Looks at everything again if the standing is another. */
    void stand(Standing now, long nowNs) {
        if (!now.equals(standing)) {
            standing = now;
            convergeAll(List.copyOf(seats.values()), nowNs);
        }
    }

    /**
     * The seats must have followed the image before the standing that it gives is used: an old wish under a new standing
     * could begin what the image has already taken back.
     */
    private void stand(Standing now, List<Seat> touched, long nowNs) {
        if (now.equals(standing)) {
            convergeAll(touched, nowNs);
        } else {
            stand(now, nowNs);
        }
    }

    /** Compares every seat with {@code image}. */
    void reconcile(MetadataImage image, Standing now, long nowNs) {
        Set<Seat> left = new LinkedHashSet<>(seats.values());
        List<Seat> touched = new ArrayList<>();
        PrimitiveIterator.OfInt slots = image.work(me).iterator();
        while (slots.hasNext()) {
            touched.add(follow(image.partitionAt(slots.nextInt()), image));
        }
        PrimitiveIterator.OfInt unsettled = image.sets().unsettled();
        while (unsettled.hasNext()) {
            PartitionState state = image.partitionAt(unsettled.nextInt());
            if (state.releasing() == me && !state.hasReplica(me)) {
                touched.add(follow(state, image));
            }
        }
        touched.forEach(left::remove);
        for (Seat seat : left) {
            seat.follow(null, me);
            touched.add(seat);
        }
        stand(now, touched, nowNs);
    }

    /** Follows one batch. */
    void follow(Applied applied, Standing now, long nowNs) {
        List<Seat> touched = new ArrayList<>();
        for (ImageDelta.PartitionChange change : applied.delta().partitions()) {
            if (!concerns(change.before()) && !concerns(change.after())) {
                continue;
            }
            PartitionState after = change.after();
            if (after != null) {
                touched.add(follow(after, applied.after()));
            } else if (change.before() != null) {
                Seat seat = seats.get(name(change.before()));
                if (seat != null) {
                    seat.follow(null, me);
                    touched.add(seat);
                }
            }
        }
        for (Record record : applied.batch().getRecordsList()) {
            if (record.hasSuspect()) {
                PartitionState state =
                        applied.after().partitionAt(record.getSuspect().getSlot());
                if (concerns(state)) {
                    touched.add(follow(state, applied.after()));
                }
            }
        }
        stand(now, touched, nowNs);
    }

    private boolean concerns(@Nullable PartitionState state) {
        return state != null && (state.hasReplica(me) || state.releasing() == me);
    }

    private Seat follow(PartitionState state, MetadataImage image) {
        Seat seat = seats.computeIfAbsent(name(state), Seat::new);
        watch(seat, state);
        seat.follow(state, me);
        seat.strikes = image.suspect(state.slot()).map(Suspect::strikes).orElse(0);
        return seat;
    }

    /**
     * Invariant 5, from where the loser of a grant can see it: whoever is granted a leased partition next must have waited
     * until this broker gave it back, or until its lease was over. A lease that still holds now held at that grant.
     */
    private void watch(Seat seat, PartitionState state) {
        OwnershipHandle ownership = seat.ownership;
        if (ownership != null
                && state.leader() != PartitionState.NONE
                && state.leader() != me
                && state.leaderEpoch() > ownership.epoch()
                && state.resource().ownership() != OwnershipMode.TOKEN_FENCED
                && ownership.lease().holds()) {
            listener.overlapped(ownership, state.leader(), state.leaderEpoch());
            log.error(
                    "Broker {}: {} was granted to broker {} at epoch {} while this broker still held it at epoch {} under a"
                            + " lease: two owners at once, which must never happen. Keep the logs of all voters.",
                    me,
                    seat.partition,
                    state.leader(),
                    state.leaderEpoch(),
                    ownership.epoch());
        }
    }

    private static Partition name(PartitionState state) {
        Resource resource = state.resource();
        return new Partition(resource.name(), resource.id(), state.partition());
    }

    // ---- what changes the reached state

    void callbackReturned(long callbackId, @Nullable Throwable failure, long nowNs) {
        Seat seat = byCallback.remove(callbackId);
        if (seat == null) {
            return;
        }
        seat.callbackId = 0;
        switch (seat.phase) {
            case PREPARING -> {
                seat.phase = failure == null ? SeatPhase.STANDBY : SeatPhase.NOT_READY;
                seat.built |= failure == null;
                tried(seat, CallbackKind.PREPARE, failure, nowNs);
            }
            case STARTING -> {
                seat.phase = failure == null ? SeatPhase.LEADING : SeatPhase.STANDBY;
                tried(seat, CallbackKind.LEAD, failure, nowNs);
                boolean awaited = starts.ended(seat);
                converge(seat, nowNs);
                if (awaited) {
                    starts.takeWaiting().forEach(other -> converge(other, nowNs));
                }
                return;
            }
            case RELEASING -> {
                seat.phase = SeatPhase.STANDBY;
                shrug(seat, CallbackKind.RELEASE, failure);
            }
            case DROPPING -> {
                seat.phase = SeatPhase.NOT_READY;
                seat.built = false;
                seat.stale = false;
                shrug(seat, CallbackKind.DROP, failure);
            }
            case NOT_READY, STANDBY, LEADING ->
                throw new IllegalStateException("a callback returned in phase " + seat.phase);
        }
        converge(seat, nowNs);
    }

    private void tried(Seat seat, CallbackKind kind, @Nullable Throwable failure, long nowNs) {
        if (failure == null) {
            seat.failures = 0;
            failing.remove(seat);
            return;
        }
        seat.failed(nowNs);
        seat.failure = failure.toString();
        failing.add(seat);
        nextRetryNs = Math.min(nextRetryNs, seat.retryAtNs);
        listener.callbackFailed(seat.partition, kind, failure);
        log.warn(
                "Broker {}: {} of {} failed (attempt {}); tried again in {} s: {}",
                me,
                kind,
                seat.partition,
                seat.failures,
                (seat.retryAtNs - nowNs) / 1_000_000_000L,
                failure.toString(),
                failure);
    }

    private void shrug(Seat seat, CallbackKind kind, @Nullable Throwable failure) {
        if (failure != null) {
            listener.callbackFailed(seat.partition, kind, failure);
            log.warn("Broker {}: {} of {} failed; going on as if it had succeeded", me, kind, seat.partition, failure);
        }
    }

    /** The last guarded action of a closed ownership has ended. */
    void drained(OwnershipHandle ownership, long nowNs) {
        Seat seat = seats.get(ownership.partition());
        if (seat != null && seat.ownership == ownership) {
            converge(seat, nowNs);
        }
    }

    // ---- time

    /** Retries what is due. */
    void tick(long nowNs) {
        if (nowNs >= starts.nextNs()) {
            starts.takeWaiting().forEach(seat -> converge(seat, nowNs));
        }
        if (nowNs < nextRetryNs) {
            return;
        }
        nextRetryNs = AgentCore.NEVER;
        for (Seat seat : List.copyOf(failing)) {
            if (seat.failures == 0 || seats.get(seat.partition) != seat) {
                failing.remove(seat);
            } else if (seat.isDue(nowNs)) {
                failing.remove(seat);
                converge(seat, nowNs);
            } else {
                nextRetryNs = Math.min(nextRetryNs, seat.retryAtNs);
            }
        }
    }

    /** The lease is over: closes and releases everything under it. Returns how many ownerships were open. */
    int lapse(long nowNs) {
        int before = open;
        convergeAll(List.copyOf(owning), nowNs);
        return before - open;
    }

    long nextRetryNs() {
        return Math.min(nextRetryNs, starts.nextNs());
    }

    // ---- one seat

    private void convergeAll(List<Seat> some, long nowNs) {
        // All guards first: none stays open while callbacks are being handed out.
        some.forEach(seat -> closeIfLost(seat, nowNs));
        some.stream().sorted(Starts.LEAST_SUSPECTED_FIRST).forEach(seat -> converge(seat, nowNs));
    }

    /** Brings one seat a step nearer to what the image wants. Idempotent. */
    private void converge(Seat seat, long nowNs) {
        closeIfLost(seat, nowNs);
        forgetEnded(seat, nowNs);
        if (!seat.isBusy()) {
            advance(seat, nowNs);
        }
        reports.update(seat, standing);
        if (seat.isGone()) {
            seats.remove(seat.partition, seat);
            failing.remove(seat);
            starts.forget(seat);
        }
    }

    private void closeIfLost(Seat seat, long nowNs) {
        OwnershipHandle ownership = seat.ownership;
        if (ownership == null || ownership.isClosed()) {
            return;
        }
        if (seat.leadEpoch != ownership.epoch()
                || !standing.mayLead()
                || standing.leaving()
                || !ownership.lease().holds()) {
            ownership.close();
            open--;
            seat.closedAtNs = nowNs;
        }
    }

    /** Forgets an ownership under which nothing runs and nothing will. */
    private void forgetEnded(Seat seat, long nowNs) {
        OwnershipHandle ownership = seat.ownership;
        if (ownership != null && seat.phase == SeatPhase.STANDBY && ownership.isDrained()) {
            seat.ownership = null;
            owning.remove(seat);
            listener.released(ownership, outcome(ownership), nowNs - seat.closedAtNs);
        }
    }

    private ReleaseOutcome outcome(OwnershipHandle ended) {
        if (!ended.lease().holds()) {
            return ReleaseOutcome.LAPSED;
        }
        return standing.leaving() ? ReleaseOutcome.LEFT : ReleaseOutcome.HANDED_OVER;
    }

    private void advance(Seat seat, long nowNs) {
        switch (seat.phase) {
            case NOT_READY -> {
                if (!seat.wanted) {
                    if (seat.built) {
                        run(seat, SeatPhase.DROPPING, CallbackKind.DROP, Duration.ZERO);
                    }
                } else if (standing.registered() && !standing.leaving() && seat.isDue(nowNs)) {
                    prepare(seat);
                }
            }
            case STANDBY -> standby(seat, nowNs);
            case LEADING -> {
                OwnershipHandle ownership = seat.ownership;
                if (ownership != null && ownership.isClosed()) {
                    boolean inTime = ownership.lease().holds();
                    run(seat, SeatPhase.RELEASING, CallbackKind.RELEASE, inTime ? releaseTime : Duration.ZERO);
                }
            }
            case PREPARING, STARTING, RELEASING, DROPPING ->
                throw new IllegalStateException("no callback is under way in phase " + seat.phase);
        }
    }

    private void standby(Seat seat, long nowNs) {
        OwnershipHandle ownership = seat.ownership;
        if (ownership != null && ownership.isClosed()) {
            return; // guarded actions are still in flight
        }
        if (!seat.wanted) {
            if (!standing.leaving()) {
                run(seat, SeatPhase.DROPPING, CallbackKind.DROP, Duration.ZERO);
            }
        } else if (standing.leaving()) {
            return;
        } else if (seat.stale) {
            prepare(seat);
        } else if (seat.leadEpoch != Seat.NONE
                && standing.mayLead()
                && standing.lease().holds()
                && seat.isDue(nowNs)
                && starts.mayBegin(seat, nowNs)) {
            starts.began(seat, nowNs);
            lead(seat, ownership);
        }
    }

    private void prepare(Seat seat) {
        seat.stale = false;
        run(seat, SeatPhase.PREPARING, CallbackKind.PREPARE, Duration.ZERO);
    }

    private void lead(Seat seat, @Nullable OwnershipHandle openFromFailedTry) {
        if (openFromFailedTry == null) {
            OwnershipHandle ownership =
                    new OwnershipHandle(seat.partition, seat.leadEpoch, standing.lease(), outputs::drained);
            seat.ownership = ownership;
            owning.add(seat);
            open++;
            listener.granted(ownership);
        }
        run(seat, SeatPhase.STARTING, CallbackKind.LEAD, Duration.ZERO);
    }

    private void run(Seat seat, SeatPhase phase, CallbackKind kind, Duration timeLeft) {
        seat.phase = phase;
        seat.callbackId = nextCallbackId++;
        byCallback.put(seat.callbackId, seat);
        outputs.run(new Callback(seat.callbackId, kind, seat.partition, seat.ownership, timeLeft));
    }

    // ---- questions

    Reports reports() {
        return reports;
    }

    /** True when no callback is under way and nothing runs under any ownership. */
    boolean isIdle() {
        return byCallback.isEmpty() && owning.isEmpty();
    }

    boolean isOwning() {
        return !owning.isEmpty();
    }

    List<OwnershipHandle> open() {
        List<OwnershipHandle> all = new ArrayList<>(open);
        for (Seat seat : owning) {
            if (seat.ownership != null && !seat.ownership.isClosed()) {
                all.add(seat.ownership);
            }
        }
        return all;
    }

    int openCount() {
        return open;
    }

    SeatCounts counts() {
        return new SeatCounts(seats.size(), open, byCallback.size(), failing.size());
    }
}
