package io.muster.controller.liveness;

import io.muster.log.v1.LogEntry;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.log.MetadataLog;
import io.muster.metadata.record.LogCodec;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The one door through which this controller appends. It remembers when each entry was handed in, so that an entry applied
 * in the controller's own term confirms every heartbeat that had arrived by then: a majority followed this controller
 * after the heartbeat came, so no successor can have been active before it. Thread-safe.
 */
public final class Appends {
    private final MetadataLog log;
    private final AtomicLong barrierIds = new AtomicLong();
    private final LongAdder barriers = new LongAdder();
    private volatile @Nullable Term term;

    /** What was handed in during one term. */
    private static final class Term {
        final long epoch;
        final ConcurrentSkipListMap<Long, Long> handedInByOffset = new ConcurrentSkipListMap<>();
        final ConcurrentHashMap<Long, Long> handedInByBarrier = new ConcurrentHashMap<>();
        final AtomicInteger barriersInFlight = new AtomicInteger();
        final AtomicLong confirmedNs;
        volatile long lastAppendNs;

        Term(long epoch, long nowNs) {
            this.epoch = epoch;
            this.confirmedNs = new AtomicLong(nowNs - 1);
            this.lastAppendNs = nowNs - 1;
        }

        void confirm(@Nullable Long handedInNs) {
            if (handedInNs != null) {
                confirmedNs.accumulateAndGet(handedInNs, (a, b) -> b - a > 0 ? b : a);
            }
        }
    }

    /**
     * A barrier that was handed in.
     *
     * @param id its id
     * @param outcome what becomes of it
     */
    public record Barrier(long id, CompletionStage<AppendOutcome> outcome) {}

    public Appends(MetadataLog log) {
        this.log = log;
    }

    void start(long epoch, long nowNs) {
        term = new Term(epoch, nowNs);
    }

    void stop() {
        term = null;
    }

    /**
     * Hands in batches.
     *
     * @param nowNs a moment not later than this call
     */
    public CompletionStage<AppendOutcome> batches(LogEntry entry, long nowNs) {
        Term t = term;
        if (t != null && t.epoch == entry.getControllerEpoch()) {
            // An earlier entry for the same offset may still surface: the earlier moment is the safe one.
            t.handedInByOffset.putIfAbsent(entry.getBatches(0).getBaseOffset(), nowNs);
            t.lastAppendNs = nowNs;
        }
        return log.append(entry);
    }

    /** Hands in a barrier in {@code epoch}. */
    public Barrier barrier(long epoch, long nowNs) {
        long id = barrierIds.incrementAndGet();
        Term t = term;
        if (t != null && t.epoch == epoch) {
            t.handedInByBarrier.put(id, nowNs);
            t.lastAppendNs = nowNs;
            t.barriersInFlight.incrementAndGet();
        }
        barriers.increment();
        CompletionStage<AppendOutcome> outcome = log.append(LogCodec.barrier(epoch, id));
        if (t != null && t.epoch == epoch) {
            outcome.whenComplete((o, e) -> {
                t.barriersInFlight.decrementAndGet();
                if (o != AppendOutcome.COMMITTED) {
                    t.handedInByBarrier.remove(id);
                }
            });
        }
        return new Barrier(id, outcome);
    }

    /** The batch at {@code offset} was applied; true if that confirmed something. */
    boolean applied(long offset, long entryTerm) {
        Term t = term;
        if (t == null || t.epoch != entryTerm) {
            return false;
        }
        Map.Entry<Long, Long> first = t.handedInByOffset.firstEntry();
        if (first == null || first.getKey() > offset) {
            return false;
        }
        t.confirm(t.handedInByOffset.get(offset));
        t.handedInByOffset.headMap(offset, true).clear();
        return true;
    }

    boolean barrierApplied(long id, long entryTerm) {
        Term t = term;
        if (t == null || t.epoch != entryTerm) {
            return false;
        }
        t.confirm(t.handedInByBarrier.remove(id));
        return true;
    }

    /** Heartbeats that arrived at or before this moment are confirmed. */
    long confirmedNs() {
        Term t = term;
        return t == null ? Long.MIN_VALUE / 2 : t.confirmedNs.get();
    }

    long lastAppendNs() {
        Term t = term;
        return t == null ? 0 : t.lastAppendNs;
    }

    int barriersInFlight() {
        Term t = term;
        return t == null ? 0 : t.barriersInFlight.get();
    }

    /** Barriers handed in since the start of the process. */
    public long barriers() {
        return barriers.sum();
    }
}
