package io.muster.agent.shell;

import io.muster.agent.AgentSettings;
import io.muster.agent.Workload;
import io.muster.agent.core.AgentCore;
import io.muster.agent.core.AgentListener;
import io.muster.agent.core.AgentState;
import io.muster.agent.core.SeatCounts;
import io.muster.agent.rpc.Channels;
import io.muster.agent.rpc.FeedClient;
import io.muster.agent.rpc.SessionClient;
import io.muster.agent.work.CallbackListener;
import io.muster.agent.work.CallbackRunner;
import io.muster.agent.work.HealthProbe;
import io.muster.agent.work.LeadMarks;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.MetadataImage;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running agent: one thread that owns an {@link AgentCore}, fed through an inbox by the session stream, the feed and the
 * callback threads. Thread-safe.
 *
 * <p>For proof of death to be one, the node opens the gRPC listener at {@link AgentSettings#endpoint()} before
 * {@link #start} and closes it only after {@link #close} has returned.
 */
public final class Agent implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Agent.class);

    /** Most inputs that are taken in before the core sends: a flood must not hold up a heartbeat. */
    private static final int INPUTS_PER_TURN = 1000;
    /** The longest sleep, so that the health of the application is looked at; nanoseconds. */
    private static final long LONGEST_SLEEP_NS = 250_000_000L;

    private final AgentSettings settings;
    private final Inbox inbox = new Inbox();
    private final AgentCore core;
    private final LeadMarks marks;
    private final CallbackRunner runner;
    private final HealthProbe health;
    private final SessionClient session;
    private final FeedClient feed;
    private final Thread thread;
    private final CompletableFuture<Void> active = new CompletableFuture<>();
    private final CompletableFuture<@Nullable MusterException> stopped = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile AgentStatus status;
    private volatile MetadataImage image = MetadataImage.EMPTY;
    private volatile boolean abandoned;

    /** @param marks where it is noted which leads are under way; its owner closes it after the agent */
    public Agent(
            AgentSettings settings,
            Workload workload,
            AgentListener listener,
            CallbackListener callbacks,
            LeadMarks marks) {
        this(settings, workload, listener, callbacks, marks, Channels.plain());
    }

    Agent(
            AgentSettings settings,
            Workload workload,
            AgentListener listener,
            CallbackListener callbacks,
            LeadMarks marks,
            Channels channels) {
        this.settings = settings;
        this.marks = marks;
        this.runner = new CallbackRunner(
                workload, settings.maxCallbackThreads(), System::nanoTime, callbacks, marks, inbox::callbackReturned);
        this.health = new HealthProbe(workload, System::nanoTime);
        this.session = new SessionClient(channels, inbox);
        this.feed = new FeedClient(
                settings.clusterId(),
                "broker " + settings.nodeId(),
                settings.nodeId(),
                settings.bootstrapServers(),
                settings.preferredFeed(),
                channels,
                inbox);
        this.core = new AgentCore(
                settings,
                System::nanoTime,
                new SplittableRandom(),
                new Outputs(session, feed, runner, inbox),
                listener);
        this.status = new AgentStatus(AgentState.JOINING, "not started", -1, "", 0, 0, 0, 0, 0, 0, 0, 0);
        this.thread = new Thread(this::run, "muster-agent-" + settings.nodeId());
        this.thread.setDaemon(true);
    }

    /** Starts the agent's thread, the session and the feed; returns at once. This broker's gRPC listener must be open. */
    public void start() {
        health.start(settings.heartbeatIntervalMs());
        feed.start();
        inbox.add((agent, nowNs) -> agent.start(nowNs));
        thread.start();
    }

    private void run() {
        try {
            while (!abandoned && !isOver()) {
                turn();
            }
        } catch (InterruptedException e) {
            log.debug("Broker {}: the agent's thread was interrupted", settings.nodeId(), e);
        } catch (RuntimeException | Error e) {
            log.error("Broker {}: the agent broke down and gives up all it owns", settings.nodeId(), e);
            stopped.complete(new MusterException(
                    ErrorCode.INTERNAL,
                    "The agent of broker " + settings.nodeId() + " broke down (" + e
                            + "); its log says where. Restart the process.",
                    e));
        } finally {
            end();
        }
    }

    private boolean isOver() {
        return core.state().isFinal() && core.isIdle();
    }

    private void turn() throws InterruptedException {
        long sleepNs = Math.min(core.nextTickNs() - System.nanoTime(), LONGEST_SLEEP_NS);
        Inbox.Input input = inbox.take(Math.max(0, sleepNs));
        for (int i = 0; input != null && i < INPUTS_PER_TURN; i++) {
            input.to(core, System.nanoTime());
            input = inbox.poll();
        }
        if (input != null) {
            input.to(core, System.nanoTime());
        }
        long nowNs = System.nanoTime();
        core.health(health.unhealthyReason(), nowNs);
        core.tick(nowNs);
        if (core.brokerEpoch() >= 0) {
            marks.told();
        }
        publish();
    }

    private void publish() {
        SeatCounts seats = core.seatCounts();
        image = core.image();
        AgentState state = core.state();
        status = new AgentStatus(
                state,
                core.because(),
                core.brokerEpoch(),
                core.controller(),
                core.leaseUntilNs(),
                seats.owned(),
                seats.seats(),
                core.image().nextOffset(),
                core.committedOffset(),
                runner.running(),
                runner.hung(),
                seats.failing());
        if (state == AgentState.ACTIVE) {
            active.complete(null);
        } else if (state == AgentState.FAILED) {
            MusterException failure = core.failure();
            if (failure != null) {
                active.completeExceptionally(failure);
            }
            stopped.complete(failure);
        }
    }

    private void end() {
        core.endLease();
        session.close();
        feed.close();
        inbox.close();
        health.close();
        runner.close();
        stopped.complete(null);
        active.completeExceptionally(new MusterException(
                ErrorCode.UNAVAILABLE, "Broker " + settings.nodeId() + " stopped before it became active."));
        ended.countDown();
    }

    /** A snapshot of where the agent stands. */
    public AgentStatus status() {
        return status;
    }

    /** The newest image that the feed delivered. */
    public MetadataImage image() {
        return image;
    }

    /** Completes when the broker is unfenced and holds a lease for the first time; exceptionally if that will not come. */
    public CompletableFuture<Void> active() {
        return active.copy();
    }

    /**
     * Completes when the agent is done: with null after a close, with the reason when it was refused for good or broke down.
     * The node should then end.
     */
    public CompletableFuture<@Nullable MusterException> stopped() {
        return stopped.copy();
    }

    /** Tells the cluster whether the application is ready to own work; true from the start. */
    public void applicationReady(boolean ready) {
        inbox.add((agent, nowNs) -> agent.applicationReady(ready, nowNs));
    }

    /**
     * Leaves the cluster and returns when the last guard is closed and the last callback has returned, or the time is up. A
     * second call waits for the first.
     *
     * @param graceful hand everything over first; otherwise the guards are closed at once
     */
    public void close(boolean graceful, Duration timeout) {
        if (thread.getState() == Thread.State.NEW) {
            end();
            return;
        }
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        boolean done = false;
        try {
            if (graceful) {
                inbox.add((agent, nowNs) -> agent.stop(nowNs));
                // What the controller did not take in time is released by ourselves, with the time that release is
                // allowed.
                long reserveNs =
                        Math.min(timeout.toNanos() / 2, TimeUnit.MILLISECONDS.toNanos(settings.releaseTimeoutMs()));
                done = await(deadlineNs - reserveNs);
            }
            if (!done) {
                inbox.add((agent, nowNs) -> agent.leave(nowNs));
                done = await(deadlineNs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!done) {
            log.warn(
                    "Broker {}: gave up waiting for {} callbacks that do not return",
                    settings.nodeId(),
                    runner.running());
            abandoned = true;
            thread.interrupt();
            awaitEnd();
        }
    }

    private boolean await(long deadlineNs) throws InterruptedException {
        return ended.await(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** The agent's thread only computes, so its end is near. */
    private void awaitEnd() {
        try {
            var unused = ended.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes gracefully within ten seconds. */
    @Override
    public void close() {
        close(true, Duration.ofSeconds(10));
    }
}
