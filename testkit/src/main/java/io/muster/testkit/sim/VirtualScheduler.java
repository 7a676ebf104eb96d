package io.muster.testkit.sim;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of one process on virtual time. As with a real scheduler, a task that throws keeps its exception in its future
 * and a periodic one is not run again; only an {@link AssertionError} ends the run. Not thread-safe.
 */
final class VirtualScheduler extends AbstractExecutorService implements ScheduledExecutorService {
    private final SimCluster cluster;
    private final SimProcess process;
    private final NodeClock clock;
    private boolean closed;

    VirtualScheduler(SimCluster cluster, SimProcess process, NodeClock clock) {
        this.cluster = cluster;
        this.process = process;
        this.clock = clock;
    }

    private final class Task<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
        private final long periodNs;
        private long atNs;

        Task(Callable<V> callable, long delayNs, long periodNs) {
            super(callable);
            this.periodNs = periodNs;
            this.atNs = clock.nowNs() + Math.max(0, delayNs);
        }

        Task<V> submitted() {
            if (closed) {
                throw new RejectedExecutionException("the scheduler is shut down");
            }
            process.after(clock.delayUntil(atNs), this);
            return this;
        }

        @Override
        public void run() {
            if (closed || isCancelled()) {
                return;
            }
            if (!isPeriodic()) {
                super.run();
            } else if (runAndReset()) {
                atNs = (periodNs > 0 ? atNs : clock.nowNs()) + Math.abs(periodNs);
                process.after(clock.delayUntil(atNs), this);
            }
        }

        @Override
        protected void setException(Throwable thrown) {
            super.setException(thrown);
            if (thrown instanceof AssertionError broken) {
                cluster.failed(broken);
            }
        }

        @Override
        public boolean isPeriodic() {
            return periodNs != 0;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atNs - clock.nowNs(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    private static Callable<@Nullable Void> callable(Runnable task) {
        return () -> {
            task.run();
            return null;
        };
    }

    @Override
    public void execute(Runnable task) {
        var unused = new Task<>(callable(task), 0, 0).submitted();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return new Task<>(callable(task), unit.toNanos(delay), 0).submitted();
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return new Task<>(task, unit.toNanos(delay), 0).submitted();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        return new Task<>(callable(task), unit.toNanos(first), unit.toNanos(positive(period))).submitted();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
        return new Task<>(callable(task), unit.toNanos(first), -unit.toNanos(positive(delay))).submitted();
    }

    private static long positive(long period) {
        if (period <= 0) {
            throw new IllegalArgumentException("a period of " + period);
        }
        return period;
    }

    @Override
    public void shutdown() {
        closed = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        closed = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return closed;
    }

    @Override
    public boolean isTerminated() {
        return closed;
    }

    /** Nothing ever runs beside the caller. */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return closed;
    }
}
