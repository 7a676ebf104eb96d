package io.muster.testkit.sim;

import io.muster.controller.ControllerCore;
import io.muster.controller.ControllerEvents;
import io.muster.controller.ControllerSettings;
import io.muster.controller.decide.Command;
import io.muster.controller.liveness.Appends;
import io.muster.controller.liveness.DeathProbe;
import io.muster.controller.liveness.Liveness;
import io.muster.controller.liveness.ProbeResult;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.LogListener;
import io.muster.metadata.log.memory.InMemoryMetadataLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The controller part of one process: the real controller core and liveness on a log in memory. Its decision loop is a queue
 * of its own, as in a real process, so that it can fall behind or stall while the log and liveness go on.
 */
final class SimVoter implements LogListener {
    private static final long MS = 1_000_000;
    private static final int HISTORY = 400;

    private final SimCluster cluster;
    private final SimProcess process;
    private final NodeClock clock;
    private final LongSupplier livenessClock;
    private final InMemoryMetadataLog log;
    private final Liveness liveness;
    private final ControllerCore core;
    private final Deque<Runnable> loopTasks = new ArrayDeque<>();
    private final Deque<Applied> history = new ArrayDeque<>();
    private final List<SimFeed.Watcher> watchers = new ArrayList<>();
    private boolean loopScheduled;
    private boolean stalled;
    private long polls;
    private long ticks;
    private Leadership leadership = Leadership.NONE;

    SimVoter(SimCluster cluster, SimProcess process, NodeClock clock, ControllerSettings settings, InMemoryMetadataLog log) {
        this.cluster = cluster;
        this.process = process;
        this.clock = clock;
        this.livenessClock = cluster.bugs().livenessClock(clock::nowNs);
        this.log = log;
        Appends appends = new Appends(log);
        DeathProbe probe = this::probe;
        this.liveness =
                new Liveness(settings.liveness(), appends, probe, () -> process.after(0, this::tick), this::wakeLoop);
        this.core = new ControllerCore(
                settings, cluster.clusterId(), appends, liveness, this::inLoop, clock::nowNs, ControllerEvents.NONE);
    }

    void start() {
        log.start(this);
        tick();
        wakeLoop();
    }

    int id() {
        return process.node();
    }

    SimProcess process() {
        return process;
    }

    Liveness liveness() {
        return liveness;
    }

    ControllerCore core() {
        return core;
    }

    boolean isController() {
        return core.isActive();
    }

    /** The log says that this voter leads, and liveness was told so. */
    boolean isLeading() {
        return log.leadingTerm() != 0;
    }

    Leadership leadership() {
        return leadership;
    }

    MetadataImage image() {
        return log.image();
    }

    long nowNs() {
        return livenessClock.getAsLong();
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
        core.poll(nowNs(), cluster.wallMs());
        if (!loopTasks.isEmpty()) {
            wakeLoop();
        }
        long mine = ++polls;
        long next = core.nextDeadlineNs(nowNs());
        if (next != Long.MAX_VALUE) {
            process.after(Math.max(clock.delayUntil(next), 500_000), () -> {
                if (mine == polls) {
                    wakeLoop();
                }
            });
        }
        cluster.stepped();
    }

    /** The decision loop stands still, as behind a long garbage collection of its own or a lock; liveness goes on. */
    void stall(boolean on) {
        stalled = on;
        if (!on) {
            wakeLoop();
        }
    }

    <R> CompletionStage<R> submit(Command<R> command) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        inLoop(() -> core.submit(command, nowNs()).whenComplete((reply, error) -> {
            if (error != null) {
                answer.completeExceptionally(error);
            } else {
                answer.complete(reply);
            }
        }));
        return answer;
    }

    // ---- liveness

    private void tick() {
        liveness.tick(nowNs());
        long mine = ++ticks;
        process.after(Math.max(clock.delayUntil(liveness.nextTickNs(nowNs())), 500_000), () -> {
            if (mine == ticks) {
                tick();
            }
        });
    }

    private CompletionStage<ProbeResult> probe(String host, int port, String incarnation) {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        cluster.probe(id(), host + ":" + port, incarnation, (result, afterNs) -> process.after(
                afterNs, () -> answer.complete(result)));
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
        long now = nowNs();
        liveness.onApplied(applied, term, now);
        inLoop(() -> core.onApplied(applied, term, now));
        watchers.forEach(w -> w.batch(applied));
    }

    @Override
    public void onBarrier(long term, long barrierId) {
        long now = nowNs();
        liveness.onBarrier(term, barrierId);
        inLoop(() -> core.onBarrier(term, barrierId, now));
    }

    @Override
    public void onIgnored(long term, String why) {
        cluster.trace(() -> "voter " + id() + " ignores an entry: " + why);
    }

    @Override
    public void onImageReplaced(MetadataImage image) {
        cluster.invariants().checkWhole(id(), image);
        history.clear();
        long now = nowNs();
        inLoop(() -> core.onImageReplaced(image, now));
        watchers.forEach(w -> w.snapshot(image));
    }

    @Override
    public void onLeading(long epoch, MetadataImage image) {
        cluster.trace(() -> "voter " + id() + " leads in epoch " + epoch);
        cluster.invariants().leads(id(), epoch);
        long now = nowNs();
        liveness.activate(epoch, image, now);
        inLoop(() -> core.onLeading(epoch, image, now));
    }

    @Override
    public void onNotLeading(String why) {
        cluster.trace(() -> "voter " + id() + " leads no longer: " + why);
        liveness.deactivate(why);
        inLoop(() -> core.onNotLeading(why));
    }

    @Override
    public void onLeaderKnown(Leadership newLeadership) {
        leadership = newLeadership;
    }

    @Override
    public void onFailure(String reason, Throwable cause) {
        throw new IllegalStateException("voter " + id() + " ends itself: " + reason, cause);
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
