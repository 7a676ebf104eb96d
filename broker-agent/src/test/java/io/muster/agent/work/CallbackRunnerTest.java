package io.muster.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.agent.Workload;
import io.muster.agent.core.Callback;
import io.muster.agent.core.CallbackKind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallbackRunnerTest {
    private final AtomicLong clock = new AtomicLong();
    private final CountDownLatch open = new CountDownLatch(1);
    private final List<String> began = new CopyOnWriteArrayList<>();
    private final Map<Long, String> returned = new ConcurrentHashMap<>();
    private final List<String> measured = new CopyOnWriteArrayList<>();
    private final CallbackRunner runner = new CallbackRunner(
            new Slow(),
            2,
            clock::get,
            (kind, waitedNs, ranNs, failed) -> measured.add(kind + (failed ? " failed" : "")),
            LeadMarks.inMemory(),
            (id, failure) -> returned.put(id, failure == null ? "ok" : failure.toString()));
    private long nextId = 1;

    /** Blocks on resources named "slow", throws on those named "broken". */
    private final class Slow implements Workload {
        private void call(String what, Partition partition) throws Exception {
            began.add(what + " " + partition);
            if (partition.resource().equals("slow")) {
                open.await();
            }
            if (partition.resource().equals("broken")) {
                throw new AssertionError("broken");
            }
        }

        @Override
        public void prepare(Partition partition) throws Exception {
            call("prepare", partition);
        }

        @Override
        public void lead(Ownership ownership) throws Exception {
            call("lead", ownership.partition());
        }

        @Override
        public void release(Ownership ownership, Duration timeLeft) throws Exception {
            call("release", ownership.partition());
        }

        @Override
        public void drop(Partition partition) throws Exception {
            call("drop", partition);
        }
    }

    private record Named(Partition partition) implements Ownership {
        @Override
        public long epoch() {
            return 1;
        }

        @Override
        public long validUntilNanos() {
            return 0;
        }

        @Override
        public boolean isValid() {
            return true;
        }

        @Override
        public <T> T guard(Callable<T> action) throws Exception {
            return action.call();
        }
    }

    private void run(CallbackKind kind, String resource, int number) {
        Partition partition = new Partition(resource, 1, number);
        runner.run(new Callback(nextId++, kind, partition, new Named(partition), Duration.ZERO));
    }

    @AfterEach
    void close() {
        open.countDown();
        runner.close();
    }

    @Test
    void makesEveryKindOfCall() {
        for (CallbackKind kind : CallbackKind.values()) {
            run(kind, "orders", 0);
        }
        await().until(() -> returned.size() == 4);
        assertThat(began)
                .containsExactlyInAnyOrder("prepare orders/0", "lead orders/0", "release orders/0", "drop orders/0");
        assertThat(returned.values()).containsOnly("ok");
    }

    @Test
    void whateverIsThrownIsAnAnswer() {
        run(CallbackKind.PREPARE, "broken", 0);
        run(CallbackKind.PREPARE, "orders", 1);
        await().until(() -> returned.size() == 2);
        assertThat(returned.get(1L)).contains("broken");
        assertThat(returned.get(2L)).isEqualTo("ok");
        assertThat(measured).contains("PREPARE failed", "PREPARE");
    }

    @Test
    void slowPrepareDoesNotStandInTheWayOfRelease() {
        run(CallbackKind.PREPARE, "slow", 0);
        run(CallbackKind.PREPARE, "slow", 1);
        run(CallbackKind.RELEASE, "orders", 2);
        await().untilAsserted(() -> assertThat(returned).containsKey(3L));
    }

    @Test
    void releasesGoBeforeLeadsThatWait() {
        run(CallbackKind.LEAD, "slow", 0);
        await().until(() -> began.size() == 1);
        run(CallbackKind.LEAD, "orders", 1);
        run(CallbackKind.LEAD, "orders", 2);
        run(CallbackKind.RELEASE, "orders", 3);
        assertThat(runner.waiting()).isEqualTo(3);
        open.countDown();
        await().until(() -> returned.size() == 4);
        assertThat(began).containsExactly("lead slow/0", "release orders/3", "lead orders/1", "lead orders/2");
    }

    @Test
    void callsThatHangNoLongerCountAndAreShown() {
        for (int i = 0; i < 5; i++) {
            run(CallbackKind.LEAD, "slow", i);
        }
        run(CallbackKind.LEAD, "orders", 9);
        for (int hanging = 1; hanging <= 5; hanging++) {
            int expected = hanging;
            await().until(() -> began.size() >= expected);
            assertThat(runner.running()).isEqualTo(expected);
            clock.addAndGet(Lane.SLOW_AFTER_NS + 1);
            runner.look();
        }
        await().untilAsserted(() -> assertThat(returned).containsKey(6L));
        assertThat(runner.hung()).isZero();
        clock.addAndGet(10 * Lane.SLOW_AFTER_NS);
        assertThat(runner.hung()).isEqualTo(5);
    }

    @Test
    void laneGrowsNoFurtherThanItsCap() {
        for (int i = 0; i < 20; i++) {
            run(CallbackKind.LEAD, "slow", i);
        }
        for (int hanging = 1; hanging <= 8; hanging++) {
            int expected = hanging;
            await().until(() -> began.size() >= expected);
            clock.addAndGet(Lane.SLOW_AFTER_NS + 1);
            runner.look();
        }
        runner.look();
        assertThat(runner.running()).isEqualTo(8);
        assertThat(runner.waiting()).isEqualTo(12);
    }

    @Test
    void thousandsOfCallsAllReturn() {
        for (int i = 0; i < 5_000; i++) {
            run(CallbackKind.LEAD, "orders", i);
            run(CallbackKind.PREPARE, "orders", i);
        }
        await().until(() -> returned.size() == 10_000);
        await().until(() -> runner.running() == 0);
        assertThat(runner.waiting()).isZero();
    }
}
