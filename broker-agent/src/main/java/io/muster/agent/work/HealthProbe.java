package io.muster.agent.work;

import io.muster.agent.Workload;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the application for its health on a thread of its own, so that a check that hangs is an answer too. Thread-safe. */
public final class HealthProbe implements AutoCloseable {
    /** A check that has not answered for this long counts as unhealthy; nanoseconds. */
    private static final long PATIENCE_NS = 5_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(HealthProbe.class);

    private final Workload workload;
    private final LongSupplier clock;
    private final ScheduledExecutorService thread;
    private volatile String answer = "";
    private volatile boolean asking;
    private volatile long askedNs;

    /** @param clock monotonic nanoseconds */
    public HealthProbe(Workload workload, LongSupplier clock) {
        this.workload = workload;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread t = new Thread(task, "muster-health");
            t.setDaemon(true);
            return t;
        });
    }

    /** Asks from now on, with this pause in between. */
    public void start(long pauseMs) {
        var unused = thread.scheduleWithFixedDelay(this::ask, 0, pauseMs, TimeUnit.MILLISECONDS);
    }

    void ask() {
        askedNs = clock.getAsLong();
        asking = true;
        try {
            answer = workload.unhealthyReason();
        } catch (RuntimeException | Error e) {
            log.debug("The application's health check failed", e);
            answer = "the application's health check failed: " + e;
        } finally {
            asking = false;
        }
    }

    /** Empty when healthy, otherwise one sentence about what is wrong. */
    public String unhealthyReason() {
        if (asking && clock.getAsLong() - askedNs > PATIENCE_NS) {
            return "the application's health check does not answer";
        }
        return answer;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
