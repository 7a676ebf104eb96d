package io.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.agent.NotOwnerException;
import io.muster.agent.Partition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OwnershipHandleTest {
    private static final Partition PARTITION = new Partition("orders", 3, 7);

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger drained = new AtomicInteger();
    private final Lease lease = new Lease(clock::get, 1000, 0);
    private final OwnershipHandle handle = handle(lease);

    private OwnershipHandle handle(Lease under) {
        return new OwnershipHandle(PARTITION, 42, under, h -> drained.incrementAndGet());
    }

    @Test
    void guardRunsTheActionAndReturnsItsResult() throws Exception {
        assertThat(handle.guard(() -> "done")).isEqualTo("done");
        assertThat(handle.epoch()).isEqualTo(42);
        assertThat(handle.validUntilNanos()).isEqualTo(1000);
    }

    @Test
    void actionMayThrowAndIsCountedOut() {
        assertThatThrownBy(() -> handle.guard(() -> {
                    throw new java.io.IOException("disk");
                }))
                .isInstanceOf(java.io.IOException.class);
        handle.close();
        assertThat(handle.isDrained()).isTrue();
    }

    @Test
    void isInvalidExactlyFromTheEndOfTheLease() {
        clock.set(999);
        assertThat(handle.isValid()).isTrue();
        clock.set(1000);
        assertThat(handle.isValid()).isFalse();
        assertThatThrownBy(() -> handle.guard(() -> 1)).isInstanceOf(NotOwnerException.class);
    }

    @Test
    void leaseThatWasSeenOverCannotBeExtended() {
        clock.set(1000);
        assertThat(lease.holds()).isFalse();
        assertThat(lease.extend(5000)).isFalse();
        clock.set(0);
        assertThat(lease.holds()).isFalse();
    }

    @Test
    void leaseNobodyLookedAtCannotBeExtendedAfterItsEndEither() {
        clock.set(1500);
        assertThat(lease.extend(5000)).isFalse();
    }

    @Test
    void leaseMovesForwardOnly() {
        assertThat(lease.extend(2000)).isTrue();
        assertThat(lease.extend(1500)).isTrue();
        assertThat(lease.untilNanos()).isEqualTo(2000);
    }

    @Test
    void closedWithAnActionInFlightIsDrainedWhenItEnds() throws Exception {
        handle.guard(() -> {
            handle.close();
            assertThat(handle.isValid()).isFalse();
            assertThat(handle.isDrained()).isFalse();
            return 1;
        });
        assertThat(handle.isDrained()).isTrue();
        assertThat(drained).hasValue(1);
    }

    @Test
    void noActionRunsOnceTheHandleWasSeenDrained() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 2_000; round++) {
                OwnershipHandle raced = handle(new Lease(() -> 0, 1000, 0));
                AtomicBoolean over = new AtomicBoolean();
                AtomicInteger late = new AtomicInteger();
                CyclicBarrier start = new CyclicBarrier(4);
                List<Future<?>> actors = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    actors.add(threads.submit(() -> {
                        start.await();
                        act(raced, over, late);
                        return null;
                    }));
                }
                start.await();
                raced.close();
                while (!raced.isDrained()) {
                    Thread.onSpinWait();
                }
                over.set(true);
                for (Future<?> actor : actors) {
                    actor.get(10, TimeUnit.SECONDS);
                }
                assertThat(late).hasValue(0);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Acts until refused; counts the actions that ran although the handle was over. */
    private static void act(OwnershipHandle handle, AtomicBoolean over, AtomicInteger late) throws Exception {
        Callable<Integer> action = () -> {
            Thread.onSpinWait();
            return over.get() ? late.incrementAndGet() : 0;
        };
        while (true) {
            try {
                handle.guard(action);
            } catch (NotOwnerException e) {
                return;
            }
        }
    }

    @Test
    void lastActionTellsThatTheHandleIsDrained() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Future<?> actor = threads.submit(() -> handle.guard(() -> {
                inside.countDown();
                return go.await(10, TimeUnit.SECONDS);
            }));
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            handle.close();
            assertThat(handle.isDrained()).isFalse();
            assertThat(drained).hasValue(0);
            go.countDown();
            actor.get(10, TimeUnit.SECONDS);
            assertThat(handle.isDrained()).isTrue();
            assertThat(drained).hasValue(1);
        } finally {
            threads.shutdownNow();
        }
    }
}
