package io.muster.agent.core;

import io.muster.agent.AgentSettings;
import io.muster.agent.Ownership;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.BrokerState;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeaseRenewal;
import io.muster.rpc.v1.Registered;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionRefused;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The agent without thread, clock or gRPC: keeps the session, the lease and, through {@link Seats}, the work.
 *
 * <p>Single-threaded: all inputs come from one thread and none from inside an output. Each takes {@code nowNs}, monotonic
 * nanoseconds read after the thing happened. Inputs take note; {@link #tick} sends, so call it after one or more inputs and
 * when {@link #nextTickNs} is reached.
 *
 * <p><b>When leadership is acted on</b> (invariant 5): the image names this broker the leader; the image shows this broker at
 * the epoch it was given, not fenced; a lease holds by this process's clock; and the image has reached the offset that the
 * controller had committed when it granted the <em>first</em> renewal of this lease. The last condition is for a broker that
 * was silent for too long, was fenced and forgiven, and still has an image from before: what it shows may have been given to
 * others while there was no lease. Under a lease that never broke, an old image is harmless, because nothing is granted to
 * others before this broker acks or its lease is over.
 */
public final class AgentCore {
    /** A time that does not come. Times are monotonic nanoseconds compared as plain numbers. */
    static final long NEVER = Long.MAX_VALUE;

    private static final Logger log = LoggerFactory.getLogger(AgentCore.class);

    private static final long LONGEST_PAUSE_JOINING_NS = Session.millis(1000);
    /** A broker with work looks for the next controller more often: its lease is running. */
    private static final long LONGEST_PAUSE_JOINED_NS = Session.millis(250);

    private static final long REFUSED_PAUSE_NS = Session.millis(500);

    private final AgentSettings settings;
    private final int me;
    private final LongSupplier clock;
    private final AgentOutputs outputs;
    private final AgentListener listener;
    private final ControllerFinder finder;
    private final Session session;
    private final FeedWatch feed;
    private final Seats seats;

    private AgentState state = AgentState.JOINING;
    private String because = "started";
    private boolean started;
    private @Nullable MusterException failure;
    private long brokerEpoch = -1;
    private Lease lease;
    private MetadataImage image = MetadataImage.EMPTY;

    private boolean stopAsked;
    private boolean leaving;
    private boolean applicationReady = true;
    private String unhealthyReason = "";
    private Said said = Said.NOTHING;
    private long refusedSinceNs = NEVER;
    private String lastProblem = "";

    /** What the last heartbeat said about this broker as a whole; a difference is urgent. */
    private record Said(boolean wantsUnfenced, boolean wantsToStop, String unhealthyReason) {
        static final Said NOTHING = new Said(false, false, "");
    }

    /**
     * @param clock monotonic nanoseconds, read by the guards of ownerships from any thread
     * @param random for the jitter of reconnects
     */
    public AgentCore(
            AgentSettings settings,
            LongSupplier clock,
            RandomGenerator random,
            AgentOutputs outputs,
            AgentListener listener) {
        this.settings = settings;
        this.me = settings.nodeId();
        this.clock = clock;
        this.outputs = outputs;
        this.listener = listener;
        this.finder = new ControllerFinder(settings.bootstrapServers(), me, random);
        this.session = new Session(settings, outputs);
        this.feed = new FeedWatch(4 * Session.millis(settings.rpcTimeoutMs()));
        this.lease = Lease.none(clock, 0);
        this.seats = new Seats(
                me,
                Duration.ofMillis(settings.releaseTimeoutMs()),
                new Standing(lease, false, false, false, false),
                outputs,
                listener);
    }

    // ---- inputs: the session

    /** Begins to look for the controller. */
    public void start(long nowNs) {
        started = true;
        finder.holdOff(nowNs, 0);
    }

    /** The stream is open. */
    public void connected(long stream, long nowNs) {
        if (session.isCurrent(stream) && session.phase() == SessionPhase.CONNECTING) {
            session.connected(nowNs);
            settle(nowNs);
        }
    }

    /** The stream could not be opened, or has ended. */
    public void disconnected(long stream, String reason, long nowNs) {
        if (session.isCurrent(stream)) {
            lost(reason, false, "", nowNs);
            settle(nowNs);
        }
    }

    /** The controller said something. */
    public void received(long stream, SessionDown message, long nowNs) {
        if (!session.isCurrent(stream)) {
            return;
        }
        switch (message.getMessageCase()) {
            case REGISTERED -> registered(message.getRegistered(), nowNs);
            case RENEWAL -> renewed(message.getRenewal(), nowNs);
            case REFUSED -> refused(message.getRefused(), nowNs);
            case MESSAGE_NOT_SET -> log.warn("Broker {}: the controller sent a message of an unknown kind", me);
        }
        settle(nowNs);
    }

    private void registered(Registered answer, long nowNs) {
        if (session.phase() != SessionPhase.REGISTERING) {
            return;
        }
        if (answer.getBrokerEpoch() != brokerEpoch) {
            if (brokerEpoch >= 0) {
                log.warn(
                        "Broker {}: registered anew, epoch {} -> {}; everything owned under the old one ends",
                        me,
                        brokerEpoch,
                        answer.getBrokerEpoch());
            }
            lease.end();
            brokerEpoch = answer.getBrokerEpoch();
        }
        log.info(
                "Broker {} epoch {}: session with the controller at {}, controller epoch {}",
                me,
                brokerEpoch,
                session.endpoint(),
                answer.getControllerEpoch());
        refusedSinceNs = NEVER;
        session.registered(answer.getHeartbeatIntervalMs(), nowNs);
        seats.reports().repeatAll();
    }

    private void renewed(LeaseRenewal renewal, long nowNs) {
        long sentAtNs = session.confirmed(renewal.getSequence());
        if (sentAtNs == NEVER) {
            return;
        }
        finder.succeeded();
        feed.committed(renewal.getCommittedOffset(), nowNs);
        long untilNs = sentAtNs + Session.millis(renewal.getLeaseMs());
        if (renewal.getLeaseMs() > 0 && untilNs > nowNs && !lease.extend(untilNs)) {
            lapse(nowNs);
            lease = new Lease(clock, untilNs, renewal.getCommittedOffset());
        }
        listener.leaseRenewed(nowNs - sentAtNs, untilNs - nowNs);
        if (renewal.getMayStop() && stopAsked) {
            leaving = true;
        }
    }

    private void refused(SessionRefused refusal, long nowNs) {
        String message = refusal.getMessage().isEmpty()
                ? session.endpoint() + " refused the session: " + refusal.getCode()
                : refusal.getMessage();
        boolean firstJoin = session.phase() == SessionPhase.REGISTERING && brokerEpoch < 0;
        switch (refusal.getCode()) {
            case NOT_CONTROLLER -> lost(message, true, refusal.getController(), nowNs);
            case STALE_EPOCH -> lost(message, true, session.endpoint(), nowNs);
            case WRONG_CLUSTER, UNSUPPORTED_VERSION -> {
                pause(message, nowNs);
                log.error("Broker {}: {}", me, message);
                if (firstJoin) {
                    fail(ErrorCode.FAILED_PRECONDITION, message, nowNs);
                }
            }
            case DUPLICATE_NODE -> tolerate(ErrorCode.ALREADY_EXISTS, message, nowNs);
            case BAD_REQUEST -> tolerate(ErrorCode.FAILED_PRECONDITION, message, nowNs);
            case OVERLOADED, REFUSAL_CODE_UNSPECIFIED, UNRECOGNIZED -> pause(message, nowNs);
        }
    }

    /** A refusal that time may heal: the process that stands in the way may be dying. Given up after a while. */
    private void tolerate(ErrorCode code, String message, long nowNs) {
        pause(message, nowNs);
        if (refusedSinceNs == NEVER) {
            refusedSinceNs = nowNs;
            log.warn("Broker {}: {} Tried again for {} ms.", me, message, settings.refusalGraceMs());
        }
        if (nowNs - refusedSinceNs >= Session.millis(settings.refusalGraceMs())) {
            fail(code, message, nowNs);
        }
    }

    private void pause(String reason, long nowNs) {
        lost(reason, true, "", nowNs);
        finder.holdOff(nowNs, REFUSED_PAUSE_NS);
    }

    private void lost(String reason, boolean tell, String controller, long nowNs) {
        if (session.phase() == SessionPhase.OPEN) {
            log.info("Broker {} epoch {}: session with {} ended: {}", me, brokerEpoch, session.endpoint(), reason);
        } else {
            log.debug("Broker {}: no session with {}: {}", me, session.endpoint(), reason);
        }
        lastProblem = reason;
        session.close(tell);
        finder.hint(controller);
        finder.failed(nowNs, longestPauseNs());
    }

    private long longestPauseNs() {
        return brokerEpoch >= 0 ? LONGEST_PAUSE_JOINED_NS : LONGEST_PAUSE_JOINING_NS;
    }

    // ---- inputs: the feed

    /** The feed loaded a whole image: everything is compared with it. */
    public void imageReplaced(MetadataImage loaded, long nowNs) {
        feed.progress(loaded.nextOffset(), nowNs);
        if (loaded.nextOffset() < image.nextOffset()) {
            log.warn(
                    "Broker {}: the feed loaded an image at offset {}, older than ours at {}; waiting for newer ones",
                    me,
                    loaded.nextOffset(),
                    image.nextOffset());
            return;
        }
        look(loaded, nowNs);
    }

    /** The feed applied a batch. */
    public void applied(Applied applied, long nowNs) {
        MetadataImage after = applied.after();
        feed.progress(after.nextOffset(), nowNs);
        if (after.nextOffset() <= image.nextOffset()) {
            return;
        }
        if (applied.before() != image) { // the feed started again, or skipped: only the whole tells
            look(after, nowNs);
            return;
        }
        image = after;
        seats.follow(applied, standing(), nowNs);
        settle(nowNs);
    }

    private void look(MetadataImage whole, long nowNs) {
        image = whole;
        seats.reconcile(whole, standing(), nowNs);
        settle(nowNs);
    }

    // ---- inputs: the application

    /** A call into the application has returned, or thrown {@code failure}. */
    public void callbackReturned(long callbackId, @Nullable Throwable failure, long nowNs) {
        seats.callbackReturned(callbackId, failure, nowNs);
        settle(nowNs);
    }

    /** The last guarded action of a closed ownership has ended. */
    public void drained(OwnershipHandle ownership, long nowNs) {
        seats.drained(ownership, nowNs);
        settle(nowNs);
    }

    /** What the application says about itself: empty when healthy. */
    public void health(String newUnhealthyReason, long nowNs) {
        if (!newUnhealthyReason.equals(unhealthyReason)) {
            log.warn(
                    "Broker {}: application is {}",
                    me,
                    newUnhealthyReason.isEmpty() ? "healthy again" : "unhealthy: " + newUnhealthyReason);
            unhealthyReason = newUnhealthyReason;
        }
    }

    /** Whether the application is ready to own work; true from the start. */
    public void applicationReady(boolean ready, long nowNs) {
        applicationReady = ready;
    }

    /** Asks the controller to take all work, and leaves when it says that nothing is left. */
    public void stop(long nowNs) {
        stopAsked = true;
        if (brokerEpoch < 0) {
            leaving = true;
        }
        settle(nowNs);
    }

    /** Ends the lease now, whatever else holds: every ownership is invalid at once. For a shell that cannot go on. */
    public void endLease() {
        lease.end();
    }

    /** Closes every guard now, releases, and leaves without waiting for the controller. */
    public void leave(long nowNs) {
        stopAsked = true;
        leaving = true;
        settle(nowNs);
    }

    // ---- time

    /** Does what is due: connects, sends heartbeats, ends a lapsed lease, retries callbacks. */
    public void tick(long nowNs) {
        if (!started || state.isFinal()) {
            return;
        }
        if (nowNs >= session.deadlineNs()) {
            lost(session.overdue(), true, "", nowNs);
        }
        if (session.phase() == SessionPhase.CLOSED && nowNs >= finder.notBeforeNs()) {
            session.open(finder.take(), nowNs);
        }
        if (seats.openCount() > 0 && !lease.holds()) {
            lapse(nowNs);
        }
        seats.tick(nowNs);
        settle(nowNs);
        if (nowNs >= session.nextHeartbeatNs(isUrgent())) {
            heartbeat(nowNs);
        }
        if (feed.isStalled(nowNs)) {
            outputs.reopenFeed("the controller is at offset " + feed.committedOffset()
                    + " and the feed stands still at " + image.nextOffset());
        }
    }

    /** When {@link #tick} has something to do if nothing happens before; {@link Long#MAX_VALUE} for never. */
    public long nextTickNs() {
        if (!started || state.isFinal()) {
            return NEVER;
        }
        long next = Math.min(session.deadlineNs(), session.nextHeartbeatNs(isUrgent()));
        if (session.phase() == SessionPhase.CLOSED) {
            next = Math.min(next, finder.notBeforeNs());
        }
        if (seats.openCount() > 0) {
            next = Math.min(next, lease.untilNanos());
        }
        return Math.min(next, Math.min(seats.nextRetryNs(), feed.deadlineNs()));
    }

    private void heartbeat(long nowNs) {
        said = toSay();
        Heartbeat.Builder heartbeat = Heartbeat.newBuilder()
                .setBrokerEpoch(brokerEpoch)
                .setAppliedOffset(image.nextOffset())
                .setWantsUnfenced(said.wantsUnfenced())
                .setWantsToStop(said.wantsToStop())
                .setUnhealthyReason(said.unhealthyReason());
        seats.reports().fill(heartbeat, nowNs);
        session.send(heartbeat, nowNs);
    }

    private boolean isUrgent() {
        return seats.reports().hasUnsent() || !said.equals(toSay());
    }

    private Said toSay() {
        boolean caughtUp = self() != null;
        return new Said(applicationReady && caughtUp && !stopAsked, stopAsked, unhealthyReason);
    }

    private void lapse(long nowNs) {
        lease.end();
        int open = seats.lapse(nowNs);
        if (open > 0) {
            log.warn(
                    "Broker {} epoch {}: the lease is over; {} partitions are released at once. No renewal arrived in time: {}",
                    me,
                    brokerEpoch,
                    open,
                    session.phase() == SessionPhase.OPEN ? "this process or the controller was too slow" : lastProblem);
            listener.leaseLapsed(open);
        }
    }

    // ---- what follows from it all

    /** This broker in the image, if the image shows the registration that we were told of. */
    private @Nullable Broker self() {
        Broker broker = image.broker(me).orElse(null);
        return broker != null && broker.epoch() == brokerEpoch ? broker : null;
    }

    /** A broker that is stopping or fenced is granted nothing more, so what the image lacks does not come. */
    private boolean hasNothingLeft(Broker self) {
        return self.isFenced() || (self.state() == BrokerState.STOPPING && image.hasNothing(me));
    }

    private Standing standing() {
        Broker self = self();
        boolean unfenced = self != null && self.isUnfenced();
        boolean mayLead = self != null && !self.isFenced() && image.nextOffset() >= lease.usableFromOffset();
        return new Standing(lease, self != null, unfenced, mayLead, leaving);
    }

    /** Draws the conclusions from whatever the input changed. */
    private void settle(long nowNs) {
        Broker self = self();
        if (stopAsked && !leaving && self != null && !seats.isOwning() && hasNothingLeft(self)) {
            leaving = true;
        }
        seats.stand(standing(), nowNs);
        if (state.isFinal()) {
            return;
        }
        if (leaving) {
            enter(seats.isIdle() ? AgentState.STOPPED : AgentState.RELEASING, "asked to leave");
        } else if (stopAsked) {
            enter(AgentState.STOPPING, "asked to stop");
        } else if (brokerEpoch < 0) {
            boolean asked = session.phase() == SessionPhase.REGISTERING;
            enter(asked ? AgentState.REGISTERING : AgentState.JOINING, lastProblem);
        } else if (self == null) {
            enter(AgentState.FENCED, "the feed has not reached the registration at offset " + brokerEpoch);
        } else if (self.isFenced()) {
            enter(AgentState.FENCED, self.reason());
        } else if (lease.holds()) {
            enter(AgentState.ACTIVE, self.reason());
        } else if (state == AgentState.ACTIVE) {
            enter(AgentState.LAPSED, "no renewal arrived in time");
        } else if (state != AgentState.LAPSED) {
            enter(AgentState.FENCED, "waits for its first lease");
        }
        if (state == AgentState.STOPPED) {
            session.close(true);
        }
    }

    private void enter(AgentState to, String reason) {
        because = reason;
        if (to != state) {
            AgentState from = state;
            state = to;
            boolean seeking = isSeeking(from) && isSeeking(to); // it goes round the voters until one leads
            log.atLevel(seeking ? Level.DEBUG : Level.INFO)
                    .log("Broker {} epoch {}: {} -> {}, because {}", me, brokerEpoch, from, to, reason);
            listener.stateChanged(from, to, reason);
        }
    }

    private static boolean isSeeking(AgentState state) {
        return state == AgentState.JOINING || state == AgentState.REGISTERING;
    }

    private void fail(ErrorCode code, String message, long nowNs) {
        failure = new MusterException(code, message);
        leaving = true;
        enter(AgentState.FAILED, message);
        seats.stand(standing(), nowNs);
    }

    // ---- questions

    public AgentState state() {
        return state;
    }

    /** The sentence that goes with the state. */
    public String because() {
        return because;
    }

    /** Why the agent was refused for good; null unless {@link AgentState#FAILED}. */
    public @Nullable MusterException failure() {
        return failure;
    }

    /** The newest broker epoch, or -1 before the first registration. */
    public long brokerEpoch() {
        return brokerEpoch;
    }

    /** "host:port" of the controller of the open session; empty when there is none. */
    public String controller() {
        return session.phase() == SessionPhase.OPEN ? session.endpoint() : "";
    }

    /** When the newest lease ends, or ended. */
    public long leaseUntilNs() {
        return lease.untilNanos();
    }

    /** True while the lease holds, by the clock. */
    public boolean hasLease() {
        return lease.holds();
    }

    /** The newest image that the feed delivered. */
    public MetadataImage image() {
        return image;
    }

    /** The controller's committed offset as last heard. */
    public long committedOffset() {
        return feed.committedOffset();
    }

    /** Ownerships that are open now; each says itself whether it is valid at this instant. A fresh list. */
    public List<Ownership> ownerships() {
        return List.copyOf(seats.open());
    }

    /** Counts of seats. */
    public SeatCounts seatCounts() {
        return seats.counts();
    }

    /** True when no callback is under way and nothing runs under any ownership. */
    public boolean isIdle() {
        return seats.isIdle();
    }
}
