package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.controller.liveness.Appends;
import io.muster.controller.liveness.DeathProbe;
import io.muster.controller.liveness.Liveness;
import io.muster.controller.liveness.StrictReads;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.Broker;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.MetadataLog;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The controller without its threads: the decision loop, liveness and sessions, wired to one another and to the log. A
 * shell ({@link Controller}) or a simulation gives it time and calls {@link #poll} and {@link #tick}.
 *
 * <p>{@link #poll} belongs to the loop's thread, {@link #tick} to the liveness thread; the rest is thread-safe. What the log
 * reports reaches liveness at once, on the log's thread, and the decision loop through its queue.
 */
public final class ControllerUnit implements LogListener, Submitter {
    private final ControllerSettings settings;
    private final MetadataLog log;
    private final Surroundings around;
    private final BiConsumer<String, Throwable> onFailure;
    private final Appends appends;
    private final Liveness liveness;
    private final StrictReads strictReads;
    private final ControllerCore core;
    private final Sessions sessions;
    private final AtomicInteger handedOver = new AtomicInteger();
    private volatile Leadership leadership = Leadership.NONE;
    private volatile IntFunction<Optional<String>> endpointOf =
            id -> image().broker(id).map(Broker::endpoint);
    private volatile long epoch;

    /**
     * @param onFailure hears that the log cannot go on; the process must end
     */
    public ControllerUnit(
            ControllerSettings settings,
            String clusterId,
            MetadataLog log,
            DeathProbe probe,
            Surroundings around,
            ControllerEvents events,
            BiConsumer<String, Throwable> onFailure) {
        this.settings = settings;
        this.log = log;
        this.around = around;
        this.onFailure = onFailure;
        this.appends = new Appends(log);
        this.liveness = new Liveness(settings.liveness(), appends, probe, around.wakeLiveness(), around.wakeLoop());
        this.strictReads = new StrictReads(appends, around.wakeLiveness());
        this.core =
                new ControllerCore(settings, clusterId, appends, liveness, around.loop(), around.nanoClock(), events);
        this.sessions = new Sessions(settings, clusterId, liveness, this, this);
    }

    // ---- commands

    @Override
    public <R> CompletionStage<R> submit(Command<R> command) {
        if (epoch == 0) {
            return CompletableFuture.failedStage(ControllerCore.notController());
        }
        if (handedOver.incrementAndGet() > settings.maxQueue()) {
            handedOver.decrementAndGet();
            return CompletableFuture.failedStage(ControllerCore.overloaded(settings.maxQueue()));
        }
        long nowNs = around.nanoClock().getAsLong();
        CompletableFuture<R> answer = new CompletableFuture<>();
        around.loop().execute(() -> {
            handedOver.decrementAndGet();
            core.submit(command, nowNs).whenComplete((reply, error) -> {
                if (error == null) {
                    answer.complete(reply);
                } else {
                    answer.completeExceptionally(error);
                }
            });
        });
        return answer;
    }

    /** Commands that wait: on their way to the loop, or in it. An estimate when read from another thread. */
    public int queueSize() {
        return handedOver.get() + core.queueSize();
    }

    public boolean isActive() {
        return epoch != 0;
    }

    /** The epoch in which this voter is the controller; 0 when it is not. */
    public long epoch() {
        return epoch;
    }

    public Leadership leadership() {
        return leadership;
    }

    /** Says how a voter's gRPC listener is found by its node id; by default it is that of the broker in its process. */
    public void findEndpointsBy(IntFunction<Optional<String>> finder) {
        endpointOf = finder;
    }

    /** Where the controller can be reached ("host:port"), as far as it is known; empty when it is not. */
    public String controllerEndpoint() {
        Leadership known = leadership;
        return known.leaderId() < 0 ? "" : endpointOf.apply(known.leaderId()).orElse("");
    }

    /** The committed image of this voter. */
    public MetadataImage image() {
        return log.image();
    }

    /**
     * Completes when {@link #image} holds every change that any controller acknowledged before this call; fails with
     * NOT_CONTROLLER if this voter cannot prove that it still leads. Completes on the liveness thread: do not block in it.
     */
    public CompletionStage<@Nullable Void> confirm() {
        return strictReads.confirm(around.nanoClock().getAsLong());
    }

    public MetadataLog log() {
        return log;
    }

    public ControllerCore core() {
        return core;
    }

    public Liveness liveness() {
        return liveness;
    }

    public ControllerSettings settings() {
        return settings;
    }

    /** A stream was opened; the session speaks through {@code peer}. */
    public BrokerSession newSession(SessionPeer peer) {
        return new BrokerSession(sessions, peer);
    }

    // ---- for those who have threads and clocks

    /** Does what the decision loop has to do now. On the loop's thread. */
    public void poll() {
        core.poll(around.nanoClock().getAsLong(), around.wallClock().getAsLong());
    }

    /** When {@link #poll} is due at the latest; {@link Long#MAX_VALUE} when nothing is. */
    public long nextPollNs() {
        return core.nextDeadlineNs(around.nanoClock().getAsLong());
    }

    /** Does what liveness has to do now. On the liveness thread. */
    public void tick() {
        long nowNs = around.nanoClock().getAsLong();
        liveness.tick(nowNs);
        strictReads.tick(nowNs);
    }

    /** When {@link #tick} is due at the latest. */
    public long nextTickNs() {
        return liveness.nextTickNs(around.nanoClock().getAsLong());
    }

    // ---- what the log says

    @Override
    public void onApplied(Applied applied, long term) {
        liveness.onApplied(applied, term, around.nanoClock().getAsLong());
        strictReads.onApplied();
        around.loop()
                .execute(() -> core.onApplied(applied, term, around.nanoClock().getAsLong()));
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        liveness.onBarrier(term, barrierId);
        strictReads.onApplied();
        around.loop()
                .execute(
                        () -> core.onBarrier(term, barrierId, around.nanoClock().getAsLong()));
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        around.loop()
                .execute(() -> core.onImageReplaced(image, around.nanoClock().getAsLong()));
    }

    @Override
    public void onLeading(long newEpoch, MetadataImage image) {
        long nowNs = around.nanoClock().getAsLong();
        liveness.deactivate("This node leads anew, in epoch " + newEpoch + ".");
        liveness.activate(newEpoch, image, nowNs);
        strictReads.start(newEpoch, nowNs);
        epoch = newEpoch;
        around.loop().execute(() -> core.onLeading(newEpoch, image, nowNs));
    }

    @Override
    public void onNotLeading(String why) {
        epoch = 0;
        liveness.deactivate("This node does not lead the quorum: " + why);
        strictReads.stop();
        around.loop().execute(() -> core.onNotLeading(why));
    }

    @Override
    public void onLeaderKnown(Leadership newLeadership) {
        leadership = newLeadership;
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        onFailure.accept(reason, cause);
    }
}
