package io.muster.controller;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that runs what it is given, in order, then its own round, then sleeps until it is woken or its next round is due.
 * It outlives whatever its tasks throw. Thread-safe.
 */
final class LoopThread implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);
    /** Tasks between two rounds. */
    private static final int TASKS_PER_ROUND = 4096;
    /** Longest sleep: a missed wake-up costs no more than this. */
    private static final long MAX_SLEEP_NS = 250_000_000;

    private static final long JOIN_MS = 2000;

    private final String name;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean awake;
    private volatile boolean closed;
    private volatile long lastRoundNs = System.nanoTime();
    private volatile @Nullable Thread thread;

    LoopThread(String name) {
        this.name = name;
    }

    /**
     * @param round what is done after the tasks
     * @param nextNs when the next round is due, on {@link System#nanoTime}
     */
    void start(Runnable round, LongSupplier nextNs) {
        Thread t = new Thread(() -> run(round, nextNs), name);
        t.setDaemon(true);
        thread = t;
        t.start();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    void wake() {
        if (!awake) {
            awake = true;
            Thread t = thread;
            if (t != null) {
                LockSupport.unpark(t);
            }
        }
    }

    /** How long ago a round began: more than the longest sleep means that something blocks the thread. */
    long sinceRoundNs() {
        return System.nanoTime() - lastRoundNs;
    }

    private void run(Runnable round, LongSupplier nextNs) {
        while (!closed) {
            awake = false;
            lastRoundNs = System.nanoTime();
            int done = 0;
            Runnable task;
            while (done < TASKS_PER_ROUND && (task = tasks.poll()) != null) {
                safely(task);
                done++;
            }
            safely(round);
            if (!tasks.isEmpty()) {
                continue;
            }
            long sleepNs = MAX_SLEEP_NS;
            try {
                long due = nextNs.getAsLong();
                sleepNs = due == Long.MAX_VALUE ? MAX_SLEEP_NS : Math.min(MAX_SLEEP_NS, due - System.nanoTime());
            } catch (RuntimeException e) {
                LOG.error("{}: the next deadline is not known", name, e);
            }
            if (sleepNs > 0 && !awake && !closed) {
                LockSupport.parkNanos(this, sleepNs);
            }
        }
    }

    private void safely(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            LOG.error("{}: a task failed; the thread goes on", name, e);
        }
    }

    @Override
    public void close() {
        closed = true;
        Thread t = thread;
        if (t != null && t != Thread.currentThread()) {
            LockSupport.unpark(t);
            try {
                t.join(JOIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
