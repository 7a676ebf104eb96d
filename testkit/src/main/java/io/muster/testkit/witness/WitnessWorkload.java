package io.muster.testkit.witness;

import io.muster.agent.NotOwnerException;
import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.agent.Workload;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Work that only says that it is done: each owned partition beats at once when it is given, and then a few times a second,
 * always inside {@link Ownership#guard}, to a {@link WitnessSink}. Thread-safe.
 *
 * <p>One thread beats for all partitions and puts many beats into one frame, so ten thousand partitions are affordable. The
 * pause between rounds grows with the number of partitions owned. On release it asks the guard once more, because a guard
 * that still says yes then is a fault that the sink must see.
 */
public final class WitnessWorkload implements Workload, AutoCloseable {
    /** The usual pause between two beats of a partition. */
    public static final Duration INTERVAL = Duration.ofMillis(100);

    /** Each owned partition makes the pause this much longer than none: at most 10,000 beats a second leave one node. */
    private static final long NANOS_PER_PARTITION = 100_000;

    private static final class Owned {
        final Ownership ownership;
        final WitnessedPartition name;
        long sequence;

        Owned(Ownership ownership) {
            Partition p = ownership.partition();
            this.ownership = ownership;
            this.name = new WitnessedPartition(p.resource(), p.resourceId(), p.number());
        }
    }

    private final long intervalNanos;
    private final @Nullable WitnessConnection sink;

    /** Guards what is owned. Held briefly. */
    private final ReentrantLock state = new ReentrantLock();

    private final Condition wake = state.newCondition();
    private final Map<Partition, Owned> owned = new LinkedHashMap<>();
    /** To be asked before the next round: what was just granted, or given back while a round was under way. */
    private final Queue<Owned> soon = new ArrayDeque<>();
    /** Refusals of guards that the sink has not been told of; the next frame does. */
    private long untold;

    private boolean closed;
    private long guardRefusals;
    private long sinkRefusals;

    /** Held while a round of beats is under way, from the first guard to the sink's answer. */
    private final ReentrantLock round = new ReentrantLock();

    /**
     * Starts beating as soon as something is owned.
     *
     * @param node node id of this process
     * @param sink where to beat to; null to ask the guards only
     * @param interval the shortest pause between two beats of a partition
     */
    public WitnessWorkload(int node, @Nullable InetSocketAddress sink, Duration interval) {
        this.intervalNanos = interval.toNanos();
        this.sink = sink == null ? null : new WitnessConnection(node, sink);
        Thread thread = new Thread(this::run, "witness-beats");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void lead(Ownership ownership) {
        Owned it = new Owned(ownership);
        state.lock();
        try {
            owned.put(ownership.partition(), it);
            soon.add(it);
            wake.signal();
        } finally {
            state.unlock();
        }
    }

    @Override
    public void release(Ownership ownership, Duration timeLeft) throws InterruptedException {
        Owned it;
        state.lock();
        try {
            it = owned.remove(ownership.partition());
        } finally {
            state.unlock();
        }
        if (it == null) {
            return;
        }
        // a beat that was guarded before must have reached the sink before the next owner may beat
        long waitMs = Math.max(0, timeLeft.toMillis());
        if (round.tryLock(waitMs, TimeUnit.MILLISECONDS)) {
            try {
                List<Beat> beats = new ArrayList<>(1);
                long refused = ask(List.of(it), beats);
                if (beats.isEmpty()) {
                    refused(refused); // told soon, without a frame of its own: others wait for this to return
                } else {
                    tell(beats);
                }
            } finally {
                round.unlock();
            }
        } else {
            // its guard is closed, so it will refuse; the sink is to know that, though there is no time to tell it now
            state.lock();
            try {
                soon.add(it);
                wake.signal();
            } finally {
                state.unlock();
            }
        }
    }

    private void refused(long count) {
        state.lock();
        try {
            guardRefusals += count;
            untold += count;
            wake.signal();
        } finally {
            state.unlock();
        }
    }

    private void run() {
        long nextRound = System.nanoTime();
        while (true) {
            List<Owned> due = new ArrayList<>();
            state.lock();
            try {
                while (due.isEmpty() && untold == 0) {
                    if (closed) {
                        return;
                    }
                    long wait = nextRound - System.nanoTime();
                    if (!soon.isEmpty()) {
                        drainSoon(due);
                    } else if (wait <= 0) {
                        due.addAll(owned.values());
                        nextRound = System.nanoTime() + Math.max(intervalNanos, owned.size() * NANOS_PER_PARTITION);
                    } else {
                        wake.awaitNanos(wait);
                    }
                }
                if (due.isEmpty()) {
                    drainSoon(due);
                }
            } catch (InterruptedException e) {
                return;
            } finally {
                state.unlock();
            }
            round.lock();
            try {
                beat(due);
            } finally {
                round.unlock();
            }
        }
    }

    private void drainSoon(List<Owned> due) {
        while (!soon.isEmpty() && due.size() < WitnessProtocol.MAX_BEATS) {
            due.add(soon.remove());
        }
    }

    /** Asks every guard and sends what they allow. The round lock is held. */
    private void beat(Collection<Owned> due) {
        List<Beat> beats = new ArrayList<>(due.size());
        refused(ask(due, beats));
        tell(beats);
    }

    /** Asks every guard; returns how many refused. */
    private static long ask(Collection<Owned> due, List<Beat> beats) {
        long refused = 0;
        for (Owned it : due) {
            long asked = System.nanoTime();
            try {
                beats.add(it.ownership.guard(
                        () -> new Beat(it.name, it.ownership.epoch(), ++it.sequence, asked, System.nanoTime())));
            } catch (NotOwnerException e) {
                refused++;
            } catch (Exception e) {
                throw new IllegalStateException("the witness's own action failed", e);
            }
        }
        return refused;
    }

    /** Sends beats, and what was refused since the last time. The round lock is held. */
    private void tell(List<Beat> beats) {
        long refusals = takeUntold();
        int refusedBySink = sink == null ? 0 : sink.send(refusals, beats);
        state.lock();
        try {
            sinkRefusals += refusedBySink;
        } finally {
            state.unlock();
        }
    }

    private long takeUntold() {
        state.lock();
        try {
            long taken = untold;
            untold = 0;
            return taken;
        } finally {
            state.unlock();
        }
    }

    /** Attempts that a guard refused since the start. */
    public long guardRefusals() {
        state.lock();
        try {
            return guardRefusals;
        } finally {
            state.unlock();
        }
    }

    /** Beats that the sink refused since the start. */
    public long sinkRefusals() {
        state.lock();
        try {
            return sinkRefusals;
        } finally {
            state.unlock();
        }
    }

    /** Stops beating. */
    @Override
    public void close() {
        state.lock();
        try {
            closed = true;
            wake.signal();
        } finally {
            state.unlock();
        }
        if (sink != null) {
            sink.close();
        }
    }
}
