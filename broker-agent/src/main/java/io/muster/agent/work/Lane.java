package io.muster.agent.work;

import io.muster.agent.core.Callback;
import io.muster.agent.core.CallbackKind;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A queue of calls and the threads that take from it. Thread-safe. */
final class Lane {
    /** A call that is under way for longer no longer counts against the limit; nanoseconds. */
    static final long SLOW_AFTER_NS = 1_000_000_000L;

    private record Job(Callback callback, long sequence, long addedNs) {}

    /** Makes a call. */
    interface Call {
        void make(Callback callback, long waitedNs);
    }

    private final int limit;
    private final int cap;
    private final LongSupplier clock;
    private final Executor threads;
    private final Call call;
    private final PriorityQueue<Job> queue =
            new PriorityQueue<>(Comparator.comparing((Job job) -> job.callback().kind() != CallbackKind.RELEASE)
                    .thenComparing(Job::sequence));
    /** When each call under way began, in that order. */
    private final Map<Job, Long> running = new LinkedHashMap<>();

    private long nextSequence;
    /** Threads that were asked for and have not taken a call yet. */
    private int arriving;

    private boolean closed;

    Lane(int limit, int cap, LongSupplier clock, Executor threads, Call call) {
        this.limit = limit;
        this.cap = cap;
        this.clock = clock;
        this.threads = threads;
        this.call = call;
    }

    synchronized void add(Callback callback) {
        if (!closed) {
            queue.add(new Job(callback, nextSequence++, clock.getAsLong()));
            pump();
        }
    }

    /** Asks for as many threads as may run and find something to do. */
    synchronized void pump() {
        while (arriving < queue.size() && hasRoom()) {
            arriving++;
            threads.execute(this::work);
        }
    }

    private boolean hasRoom() {
        int all = running.size() + arriving;
        return all < cap && all - olderThan(SLOW_AFTER_NS) < limit;
    }

    private void work() {
        boolean arrived = true;
        for (Job job = take(arrived); job != null; job = take(arrived)) {
            arrived = false;
            try {
                call.make(job.callback(), clock.getAsLong() - job.addedNs());
            } finally {
                ended(job);
            }
        }
    }

    private synchronized @Nullable Job take(boolean arrived) {
        if (arrived) {
            arriving--;
        } else if (!hasRoom()) {
            return null;
        }
        Job job = closed ? null : queue.poll();
        if (job != null) {
            running.put(job, clock.getAsLong());
        }
        return job;
    }

    private synchronized void ended(Job job) {
        running.remove(job);
    }

    synchronized int running() {
        return running.size();
    }

    synchronized int waiting() {
        return queue.size();
    }

    synchronized int olderThan(long ns) {
        long beganBefore = clock.getAsLong() - ns;
        int older = 0;
        Iterator<Long> began = running.values().iterator();
        while (began.hasNext() && began.next() - beganBefore < 0) {
            older++;
        }
        return older;
    }

    synchronized void close() {
        closed = true;
        queue.clear();
    }
}
