package io.muster.controller.liveness;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.log.AppendOutcome;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads that must show every change acknowledged before they were asked, by whichever controller. Each waits until an entry
 * that this controller appended after the read arrived was applied in its own term: then no successor can have acknowledged
 * anything before the read came. One barrier serves all that wait. Thread-safe.
 */
public final class StrictReads {
    /** More are refused. */
    static final int MAX_WAITING = 10_000;

    private record Waiting(long arrivalNs, CompletableFuture<Void> confirmed) {}

    private final Appends appends;
    private final Runnable wake;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong newestNs = new AtomicLong();
    private final AtomicBoolean barrierUnderWay = new AtomicBoolean();
    private volatile long epoch;
    private long askedNs;

    /** @param wake called when {@link #tick} has work; from any thread */
    public StrictReads(Appends appends, Runnable wake) {
        this.appends = appends;
        this.wake = wake;
    }

    /** This voter leads. */
    public void start(long newEpoch, long nowNs) {
        newestNs.set(nowNs);
        epoch = newEpoch;
    }

    /** This voter leads no longer: what waits is refused. */
    public void stop() {
        epoch = 0;
        refuseAll();
    }

    /** Completes when this voter's image holds all that was acknowledged before {@code arrivalNs}. */
    public CompletionStage<@Nullable Void> confirm(long arrivalNs) {
        if (size.incrementAndGet() > MAX_WAITING) {
            size.decrementAndGet();
            return CompletableFuture.failedStage(new MusterException(
                    ErrorCode.OVERLOADED, "More than " + MAX_WAITING + " strict reads wait; try again after a pause."));
        }
        var read = new Waiting(arrivalNs, new CompletableFuture<>());
        newestNs.accumulateAndGet(arrivalNs, (a, b) -> b - a > 0 ? b : a);
        waiting.add(read);
        if (epoch == 0) {
            refuseAll();
        }
        wake.run();
        return read.confirmed();
    }

    /** An entry was applied. */
    public void onApplied() {
        if (!waiting.isEmpty()) {
            wake.run();
        }
    }

    /** Answers what is confirmed, and asks for a barrier for the rest. On the liveness thread. */
    public void tick(long nowNs) {
        long confirmedNs = appends.confirmedNs();
        Waiting head;
        while ((head = waiting.peek()) != null && head.arrivalNs() - confirmedNs <= 0 && waiting.remove(head)) {
            size.decrementAndGet();
            head.confirmed().complete(null);
        }
        long current = epoch;
        boolean uncovered = head != null && newestNs.get() - askedNs > 0;
        if (current != 0 && uncovered && barrierUnderWay.compareAndSet(false, true)) {
            askedNs = nowNs;
            appends.barrier(current, nowNs).outcome().whenComplete((outcome, error) -> {
                barrierUnderWay.set(false);
                if (outcome != AppendOutcome.COMMITTED) {
                    refuseAll();
                }
                wake.run();
            });
        }
    }

    private void refuseAll() {
        Waiting read;
        while ((read = waiting.poll()) != null) {
            size.decrementAndGet();
            read.confirmed()
                    .completeExceptionally(new MusterException(
                            ErrorCode.NOT_CONTROLLER,
                            "This node cannot prove that it leads the quorum; ask the controller."));
        }
    }
}
