package io.muster.agent.work;

import io.muster.agent.Ownership;
import io.muster.agent.Workload;
import io.muster.agent.core.Callback;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls into the application, on daemon threads of its own. Thread-safe.
 *
 * <p>Two lanes, so that slow warming up never stands in the way of giving back: {@code lead} and {@code release} in one
 * (releases first, others wait for them), {@code prepare} and {@code drop} in the other. In a lane, a call that takes longer
 * than a second no longer counts against the number of threads, so calls that hang delay their own partitions only, until
 * the lane's cap is reached. The order within one partition is the caller's: it asks for the next call when the last one has
 * returned.
 */
public final class CallbackRunner implements AutoCloseable {
    /** A call that is under way for longer is shown as hung; nanoseconds. */
    private static final long HUNG_AFTER_NS = 10_000_000_000L;
    /** How often a lane is looked at for slow calls that no longer count; milliseconds. */
    private static final long LOOK_MS = 200;
    /** How many times its normal number of threads a lane may grow to. */
    private static final int CAP_FACTOR = 8;

    private final Workload workload;
    private final LongSupplier clock;
    private final CallbackListener listener;
    private final LeadMarks marks;
    private final Completion completion;
    private final ExecutorService threads;
    private final ScheduledExecutorService watch;
    private final Lane urgent;
    private final Lane patient;

    /** Told when a call has returned. Called from callback threads. */
    public interface Completion {
        /** {@code failure} is what the call threw, null if it returned. */
        void returned(long callbackId, @Nullable Throwable failure);
    }

    /**
     * @param maxThreads most threads while calls are quick
     * @param marks where it is noted which leads are under way
     * @param clock monotonic nanoseconds
     */
    public CallbackRunner(
            Workload workload,
            int maxThreads,
            LongSupplier clock,
            CallbackListener listener,
            LeadMarks marks,
            Completion completion) {
        this.workload = workload;
        this.clock = clock;
        this.listener = listener;
        this.marks = marks;
        this.completion = completion;
        int each = Math.max(1, maxThreads / 2);
        this.threads = Executors.newCachedThreadPool(named("muster-work-"));
        this.watch = Executors.newSingleThreadScheduledExecutor(named("muster-work-watch-"));
        this.urgent = new Lane(each, each * CAP_FACTOR, clock, threads, this::call);
        this.patient = new Lane(each, each * CAP_FACTOR, clock, threads, this::call);
        var unused = watch.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Makes the call when a thread is free; returns at once. */
    public void run(Callback callback) {
        Lane lane =
                switch (callback.kind()) {
                    case LEAD, RELEASE -> urgent;
                    case PREPARE, DROP -> patient;
                };
        lane.add(callback);
    }

    /** Lets calls begin that waited behind slow ones. */
    void look() {
        urgent.pump();
        patient.pump();
    }

    private void call(Callback callback, long waitedNs) {
        long startNs = clock.getAsLong();
        Throwable failure = null;
        try {
            dispatch(callback);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
        } catch (Throwable e) { // whatever the application throws hurts its partition only
            failure = e;
        }
        listener.returned(callback.kind(), waitedNs, clock.getAsLong() - startNs, failure != null);
        completion.returned(callback.id(), failure);
    }

    private void dispatch(Callback callback) throws Exception {
        switch (callback.kind()) {
            case PREPARE -> workload.prepare(callback.partition());
            case LEAD -> lead(ownership(callback));
            case RELEASE -> workload.release(ownership(callback), callback.timeLeft());
            case DROP -> workload.drop(callback.partition());
        }
    }

    private void lead(Ownership ownership) throws Exception {
        int mark = marks.begins(ownership);
        try {
            workload.lead(ownership);
        } finally {
            marks.ended(mark);
        }
    }

    private static Ownership ownership(Callback callback) {
        return Objects.requireNonNull(callback.ownership(), callback.kind() + " needs an ownership");
    }

    /** Calls that are under way now. */
    public int running() {
        return urgent.running() + patient.running();
    }

    /** Calls that wait for a thread. */
    public int waiting() {
        return urgent.waiting() + patient.waiting();
    }

    /** Calls that are under way for more than ten seconds. */
    public int hung() {
        return urgent.olderThan(HUNG_AFTER_NS) + patient.olderThan(HUNG_AFTER_NS);
    }

    /** Interrupts what is under way and begins nothing more. */
    @Override
    public void close() {
        watch.shutdownNow();
        urgent.close();
        patient.close();
        threads.shutdownNow();
    }
}
