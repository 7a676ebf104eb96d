package io.muster.controller;

import io.muster.controller.decide.Bootstrap;
import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.controller.liveness.Appends;
import io.muster.controller.liveness.Liveness;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's event loop without thread or clock.
 *
 * <p>Commands are decided in order against the speculative image: the committed one and the controller's own batches under
 * way. Batches are handed to the log without waiting; while as many entries are under way as may be, what queues up becomes
 * the next entry (group commit), so a lone command is appended at once and a crowd shares its entries. A caller is answered
 * when everything its decision rests on is applied. When the outcome of an append is unknown, the speculation ends: callers
 * are told so, a barrier is appended, and when it is applied the loop goes on from what the log says.
 *
 * <p>Single-threaded by contract: every method, on one thread at a time. Times: {@code nowNs} is monotonic, {@code wallMs}
 * is milliseconds since 1970.
 */
public final class ControllerCore {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerCore.class);
    private static final long BARRIER_RETRY_NS = 100_000_000;

    private final ControllerSettings settings;
    private final String clusterId;
    private final Appends appends;
    private final Liveness liveness;
    private final Executor loop;
    private final LongSupplier nanoClock;
    private final ControllerEvents events;
    private final Deque<Pending<?>> urgent = new ArrayDeque<>();
    private final Deque<Pending<?>> queue = new ArrayDeque<>();
    private final Duties duties;
    private @Nullable Speculation speculation;
    private MetadataImage committed = MetadataImage.EMPTY;
    /** Not 0 while the loop waits for this barrier before it decides anything. */
    private long awaitedBarrier;

    private long barrierDueNs = Long.MAX_VALUE;

    /**
     * @param clusterId written by the first controller of a new cluster
     * @param loop runs what must run on this object's thread; never runs it inside the caller's call
     * @param nanoClock only to measure how long decisions take
     */
    public ControllerCore(
            ControllerSettings settings,
            String clusterId,
            Appends appends,
            Liveness liveness,
            Executor loop,
            LongSupplier nanoClock,
            ControllerEvents events) {
        this.settings = settings;
        this.clusterId = clusterId;
        this.appends = appends;
        this.liveness = liveness;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.events = events;
        this.duties = new Duties(settings, liveness, this, events);
    }

    public boolean isActive() {
        return speculation != null;
    }

    /** The epoch in which this is the controller; 0 when it is not. */
    public long epoch() {
        return speculation == null ? 0 : speculation.epoch;
    }

    /** The newest committed image that this loop has heard of. */
    public MetadataImage committed() {
        return committed;
    }

    /** The image that the next decision would be made against; the committed one when this is not the controller. */
    public MetadataImage speculative() {
        return speculation == null ? committed : speculation.image();
    }

    /** Commands that wait for a decision. */
    public int queueSize() {
        return queue.size() + urgent.size();
    }

    /** True while the loop waits to learn what became of its appends. */
    public boolean isRecovering() {
        return awaitedBarrier != 0 || barrierDueNs != Long.MAX_VALUE;
    }

    // ---- commands

    /** As {@link Submitter#submit}; decided at the next {@link #poll}. */
    public <R> CompletionStage<R> submit(Command<R> command, long nowNs) {
        Pending<R> pending = new Pending<>(command, nowNs, false);
        if (speculation == null) {
            fail(pending, notController());
        } else if (queue.size() >= settings.maxQueue()) {
            fail(pending, overloaded(settings.maxQueue()));
        } else {
            queue.addLast(pending);
        }
        return pending.answer;
    }

    /** The controller's own duty: goes before everything that waits, and is never refused for want of room. */
    <R> CompletionStage<R> submitUrgent(Command<R> command, boolean isVerdict, long nowNs) {
        Pending<R> pending = new Pending<>(command, nowNs, isVerdict);
        urgent.addLast(pending);
        return pending.answer;
    }

    static MusterException overloaded(int limit) {
        return new MusterException(
                ErrorCode.OVERLOADED,
                "The controller has " + limit + " commands waiting, which is its limit; try again after a pause.");
    }

    static MusterException notController() {
        return new MusterException(ErrorCode.NOT_CONTROLLER, "This node does not lead the quorum; ask the controller.");
    }

    private void fail(Pending<?> pending, MusterException error) {
        events.onFailed(pending.command.name(), error.code());
        pending.fail(error);
    }

    // ---- what the log says

    /** This voter leads. Liveness must have been activated before. */
    public void onLeading(long epoch, MetadataImage image, long nowNs) {
        if (speculation != null) {
            onNotLeading("this voter was elected again");
        }
        committed = image;
        speculation = new Speculation(epoch, image);
        awaitedBarrier = 0;
        barrierDueNs = Long.MAX_VALUE;
        duties.start(image, nowNs);
        if (image.nextOffset() == 0) {
            urgent.addLast(new Pending<>(new Bootstrap(clusterId), nowNs, false));
        }
        LOG.info("This node is the controller in epoch {}, from offset {}.", epoch, image.nextOffset());
        events.onActive(true);
    }

    public void onNotLeading(String why) {
        Speculation s = speculation;
        if (s == null) {
            return;
        }
        LOG.info("This node is no longer the controller of epoch {}: {}", s.epoch, why);
        speculation = null;
        awaitedBarrier = 0;
        barrierDueNs = Long.MAX_VALUE;
        duties.stop();
        s.abandon(null, AppendOutcome.UNKNOWN, "this node lost the leadership of the quorum.")
                .forEach(p -> fail(p, notController()));
        for (Deque<Pending<?>> waiting : List.of(urgent, queue)) {
            while (!waiting.isEmpty()) {
                fail(waiting.removeFirst(), notController());
            }
        }
        events.onActive(false);
    }

    /** A batch was applied on this voter, whoever decided it. */
    public void onApplied(Applied applied, long term, long nowNs) {
        committed = applied.after();
        Speculation s = speculation;
        if (s == null) {
            return;
        }
        duties.onApplied(applied, nowNs);
        Speculation.Match match =
                s.applied(applied, term, flight -> events.onCommitted(flight.batches, nowNs - flight.handedInNs));
        if (match == Speculation.Match.USURPED) {
            endSpeculation(
                    s,
                    null,
                    AppendOutcome.UNKNOWN,
                    "another batch took offset " + applied.offset() + " in the log.",
                    nowNs);
        }
    }

    public void onBarrier(long term, long barrierId, long nowNs) {
        Speculation s = speculation;
        if (s == null || term != s.epoch || barrierId != awaitedBarrier) {
            return;
        }
        awaitedBarrier = 0;
        List<Pending<?>> again = s.abandon(null, AppendOutcome.UNKNOWN, "it did not appear in the log.");
        s.restart();
        again(again);
        // Whoever was condemned by a batch that is lost may live on: judge anew, from the clocks.
        dropVerdicts(urgent);
        dropVerdicts(queue);
        liveness.pardonAll();
        LOG.info(
                "Deciding goes on in epoch {} from offset {}.",
                s.epoch,
                s.committed().nextOffset());
    }

    private void dropVerdicts(Deque<Pending<?>> waiting) {
        waiting.removeIf(p -> {
            if (p.isVerdict) {
                fail(
                        p,
                        new MusterException(
                                ErrorCode.UNKNOWN_OUTCOME, "It is judged anew: an earlier decision is in doubt."));
            }
            return p.isVerdict;
        });
    }

    /** The image was replaced by a snapshot. */
    public void onImageReplaced(MetadataImage image, long nowNs) {
        committed = image;
        Speculation s = speculation;
        if (s != null) {
            s.replaced(image);
            duties.start(image, nowNs);
            endSpeculation(s, null, AppendOutcome.UNKNOWN, "the image was replaced by a snapshot.", nowNs);
        }
    }

    private void onOutcome(Speculation s, Flight flight, @Nullable AppendOutcome outcome, @Nullable Throwable error) {
        if (s != speculation || !s.isUnderWay(flight)) {
            return;
        }
        long nowNs = nanoClock.getAsLong();
        if (error != null) {
            endSpeculation(s, flight, AppendOutcome.REFUSED, String.valueOf(error.getMessage()), nowNs);
        } else if (outcome == AppendOutcome.REFUSED) {
            endSpeculation(s, flight, AppendOutcome.REFUSED, "it is busy or leads no longer.", nowNs);
        } else if (outcome == AppendOutcome.COMMITTED) {
            endSpeculation(s, flight, AppendOutcome.UNKNOWN, "it was committed but did not count.", nowNs);
        } else {
            endSpeculation(s, flight, AppendOutcome.UNKNOWN, "the log gave no answer.", nowNs);
        }
    }

    private void endSpeculation(Speculation s, @Nullable Flight from, AppendOutcome outcome, String why, long nowNs) {
        LOG.warn(
                "Epoch {}: what was decided from offset {} on is in doubt: {} Nothing is decided until the log has said"
                        + " what became of it.",
                s.epoch,
                s.committed().nextOffset(),
                why);
        events.onSpeculationEnded();
        again(s.abandon(from, outcome, why));
        appendBarrier(s, nowNs);
    }

    private void again(List<Pending<?>> pendings) {
        for (int i = pendings.size() - 1; i >= 0; i--) {
            queue.addFirst(pendings.get(i));
        }
    }

    private void appendBarrier(Speculation s, long nowNs) {
        barrierDueNs = Long.MAX_VALUE;
        Appends.Barrier barrier = appends.barrier(s.epoch, nowNs);
        awaitedBarrier = barrier.id();
        barrier.outcome()
                .whenComplete((outcome, error) -> loop.execute(() -> {
                    if (s == speculation && awaitedBarrier == barrier.id()) {
                        // Applied barriers are heard of before their outcome, so this one is lost.
                        awaitedBarrier = 0;
                        barrierDueNs = nanoClock.getAsLong() + BARRIER_RETRY_NS;
                    }
                }));
    }

    // ---- the loop

    /** Does what is due and appends what waits. */
    public void poll(long nowNs, long wallMs) {
        Speculation s = speculation;
        if (s == null) {
            return;
        }
        if (isRecovering()) {
            if (nowNs - barrierDueNs >= 0 && barrierDueNs != Long.MAX_VALUE) {
                appendBarrier(s, nowNs);
            }
            return;
        }
        duties.run(s.committed(), nowNs, wallMs);
        while (s.flights() < settings.entriesInFlightMax() && queueSize() > 0 && !isRecovering()) {
            appendOne(s, nowNs, wallMs);
        }
    }

    /** When {@link #poll} is due if nothing happens before. */
    public long nextDeadlineNs(long nowNs) {
        if (speculation == null) {
            return Long.MAX_VALUE;
        }
        return isRecovering() ? barrierDueNs : duties.nextDeadlineNs(nowNs);
    }

    private void appendOne(Speculation s, long nowNs, long wallMs) {
        Flight flight = new Flight();
        while (queueSize() > 0
                && flight.batches < settings.batchesPerEntryMax()
                && flight.bytes < settings.bytesPerEntryMax()) {
            Pending<?> pending = urgent.isEmpty() ? queue.removeFirst() : urgent.removeFirst();
            Step step = decide(s, pending, nowNs, wallMs);
            if (step == null) {
                continue;
            }
            int size = step.batch.getSerializedSize();
            if (flight.bytes + size > Speculation.MAX_BATCH_BYTES) {
                handIn(s, flight, nowNs);
                flight = new Flight();
            }
            flight.add(step, size);
        }
        if (flight.batches > 0) {
            handIn(s, flight, nowNs);
        }
    }

    private void handIn(Speculation s, Flight flight, long nowNs) {
        flight.handedInNs = nowNs;
        s.handedIn(flight);
        Flight handedIn = flight;
        appends.batches(s.entryOf(flight), nowNs)
                .whenComplete((outcome, error) -> loop.execute(() -> onOutcome(s, handedIn, outcome, error)));
    }

    private <R> @Nullable Step decide(Speculation s, Pending<R> pending, long nowNs, long wallMs) {
        long startNs = nanoClock.getAsLong();
        try {
            Decision<R> decision = pending.command.decide(s.image(), wallMs);
            if (!decision.isEmpty()) {
                return s.stepFor(pending, decision, wallMs);
            }
            R reply = decision.reply().apply(s.image().nextOffset());
            s.afterAllSoFar(pending, () -> pending.answer.complete(reply));
        } catch (MusterException refused) {
            s.afterAllSoFar(pending, () -> fail(pending, refused));
        } catch (RuntimeException | StackOverflowError | AssertionError defect) {
            LOG.error(
                    "The decision of {} failed; nothing changed, and this node goes on as controller (invariant 11).",
                    pending.command,
                    defect);
            fail(
                    pending,
                    new MusterException(
                            ErrorCode.INTERNAL,
                            "The controller could not decide " + pending.command.name() + ": " + defect
                                    + ". Nothing changed. This is a defect of Muster; its log on the controller has the"
                                    + " details.",
                            defect));
        } finally {
            events.onDecided(pending.command.name(), nowNs - pending.submittedNs, nanoClock.getAsLong() - startNs);
        }
        return null;
    }
}
