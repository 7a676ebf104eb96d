package io.muster.testkit.sim;

import io.muster.controller.ControllerEvents;
import io.muster.controller.ControllerSettings;
import io.muster.controller.ControllerUnit;
import io.muster.controller.Surroundings;
import io.muster.controller.liveness.Liveness;
import io.muster.controller.liveness.ProbeResult;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.memory.InMemoryMetadataLog;
import io.muster.testkit.invariant.InvariantBroken;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The controller part of one process: the real controller unit on a log in memory. Its decision loop is a queue
 * of its own, as in a real process, so that it can fall behind or stall while the log and liveness go on.
 */
final class SimVoter implements LogListener {
    private static final int HISTORY = 400;

    private final SimCluster cluster;
    private final SimProcess process;
    private final NodeClock clock;
    private final LongSupplier nanoClock;
    private final InMemoryMetadataLog log;
    private final ControllerUnit unit;
    private final Deque<Runnable> loopTasks = new ArrayDeque<>();
    private final Deque<Applied> history = new ArrayDeque<>();
    private final List<SimFeed.Watcher> watchers = new ArrayList<>();
    private final Alarm poll;
    private final Alarm tick;
    private boolean loopScheduled;
    private boolean tickScheduled;
    private boolean stalled;
    private long lagNs;

    SimVoter(
            SimCluster cluster,
            SimProcess process,
            NodeClock clock,
            ControllerSettings settings,
            InMemoryMetadataLog log) {
        this.cluster = cluster;
        this.process = process;
        this.clock = clock;
        LongSupplier now = cluster.bugs().controllerClock(clock::nowNs);
        this.nanoClock = () -> now.getAsLong() - lagNs;
        this.log = log;
        this.poll = new Alarm(process, cluster.queue(), this::wakeLoop);
        this.tick = new Alarm(process, cluster.queue(), this::wakeLiveness);
        this.unit = new ControllerUnit(
                settings,
                cluster.clusterId(),
                log,
                this::probe,
                new Surroundings(
                        nanoClock,
                        () -> cluster.wallMs(process.node()),
                        this::inLoop,
                        this::wakeLoop,
                        this::wakeLiveness),
                ControllerEvents.NONE,
                (reason, cause) -> {
                    throw new InvariantBroken(2, "voter " + id() + " ends itself, " + reason);
                });
    }

    void start() {
        log.start(this);
        cluster.invariants().checkWhole(id(), log.image());
        wakeLiveness();
        wakeLoop();
    }

    int id() {
        return process.node();
    }

    SimProcess process() {
        return process;
    }

    Liveness liveness() {
        return unit.liveness();
    }

    ControllerUnit unit() {
        return unit;
    }

    boolean isController() {
        return unit.isActive();
    }

    InMemoryMetadataLog log() {
        return log;
    }

    /** The log says that this voter leads, and liveness was told so. */
    boolean isLeading() {
        return log.leadingTerm() != 0;
    }

    MetadataImage image() {
        return log.image();
    }

    long nowNs() {
        return nanoClock.getAsLong();
    }

    // ---- the decision loop

    private void inLoop(Runnable task) {
        loopTasks.add(task);
        wakeLoop();
    }

    private void wakeLoop() {
        if (!loopScheduled) {
            loopScheduled = true;
            process.after(20_000, this::turn);
        }
    }

    private void turn() {
        loopScheduled = false;
        if (stalled) {
            return;
        }
        int due = loopTasks.size();
        for (int i = 0; i < due; i++) {
            loopTasks.remove().run();
        }
        unit.poll();
        if (!loopTasks.isEmpty()) {
            wakeLoop();
        }
        long next = unit.nextPollNs();
        if (next != Long.MAX_VALUE) {
            poll.in(Math.max(clock.delayUntil(next), 500_000));
        }
        cluster.stepped();
    }

    /** The decision loop stands still, as behind a lock or a pause of its own; the log and liveness go on. */
    void stall(boolean on) {
        stalled = on;
        if (!on) {
            wakeLoop();
        }
    }

    // ---- liveness

    private void wakeLiveness() {
        if (!tickScheduled) {
            tickScheduled = true;
            process.after(10_000, this::tick);
        }
    }

    private void tick() {
        tickScheduled = false;
        unit.tick();
        tick.in(Math.max(clock.delayUntil(unit.nextTickNs()), 500_000));
    }

    private CompletionStage<ProbeResult> probe(String host, int port, String incarnation) {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        cluster.probe(
                id(),
                host + ":" + port,
                incarnation,
                (result, afterNs) -> process.after(afterNs, () -> answer.complete(result)));
        return answer;
    }

    // ---- the log

    @Override
    public void onApplied(Applied applied, long term) {
        cluster.invariants().applied(id(), applied);
        history.addLast(applied);
        if (history.size() > HISTORY) {
            history.removeFirst();
        }
        unit.onApplied(applied, term);
        watchers.forEach(w -> w.batch(applied));
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        unit.onBarrier(term, barrierId);
    }

    @Override
    public void onIgnored(long term, String why) {
        cluster.trace(() -> "voter " + id() + " ignores an entry: " + why);
        unit.onIgnored(term, why);
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        cluster.invariants().checkWhole(id(), image);
        history.clear();
        unit.onImageReplaced(image);
        watchers.forEach(w -> w.snapshot(image));
    }

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        cluster.trace(() -> "voter " + id() + " leads in epoch " + epoch);
        cluster.invariants().leads(id(), epoch);
        lagNs = cluster.bugs().activationLagNs();
        unit.onLeading(epoch, image);
        lagNs = 0;
    }

    @Override
    public void onNotLeading(String why) {
        cluster.trace(() -> "voter " + id() + " leads no longer: " + why);
        unit.onNotLeading(why);
    }

    @Override
    public void onLeaderKnown(Leadership leadership) {
        unit.onLeaderKnown(leadership);
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        unit.onFailure(reason, cause);
    }

    // ---- the feed

    void watch(SimFeed.Watcher watcher, long from) {
        watchers.add(watcher);
        MetadataImage image = image();
        if (from >= image.nextOffset()) {
            return;
        }
        if (from > 0 && !history.isEmpty() && history.getFirst().offset() <= from) {
            history.stream().filter(a -> a.offset() >= from).forEach(watcher::batch);
        } else {
            watcher.snapshot(image);
        }
    }

    void unwatch(SimFeed.Watcher watcher) {
        watchers.remove(watcher);
    }
}
