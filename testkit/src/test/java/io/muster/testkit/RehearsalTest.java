package io.muster.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.muster.agent.Ownership;
import io.muster.agent.Partition;
import io.muster.agent.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A workload that is right passes its rehearsal, and one with a user's bug does not. */
class RehearsalTest {
    /** A store as applications have it: counters, and no check of tokens. It remembers what must not have happened. */
    private static final class Counters {
        private final Map<Integer, Long> newestEpoch = new HashMap<>();
        private final Map<Integer, Long> counts = new HashMap<>();
        private final List<String> wrong = new ArrayList<>();

        void increment(Partition partition, long epoch, int broker) {
            long newest = newestEpoch.merge(partition.number(), epoch, Math::max);
            if (epoch < newest) {
                wrong.add("broker " + broker + " wrote to " + partition + " with epoch " + epoch + " after " + newest);
            }
            counts.merge(partition.number(), 1L, Long::sum);
        }

        long total() {
            return counts.values().stream().mapToLong(n -> n).sum();
        }
    }

    /** Counts ten times a second for each partition that it owns. */
    private static class Counter implements Workload {
        final Counters store;
        final int nodeId;
        private final ScheduledExecutorService scheduler;
        private final Map<Partition, ScheduledFuture<?>> running = new HashMap<>();

        Counter(RehearsedBroker broker, Counters store) {
            this.store = store;
            this.nodeId = broker.nodeId();
            this.scheduler = broker.scheduler();
        }

        @Override
        public void lead(Ownership ownership) {
            running.put(
                    ownership.partition(),
                    scheduler.scheduleAtFixedRate(() -> count(ownership), 0, 100, TimeUnit.MILLISECONDS));
        }

        @Override
        public void release(Ownership ownership, Duration timeLeft) {
            ScheduledFuture<?> task = running.remove(ownership.partition());
            if (task != null) {
                task.cancel(false);
            }
        }

        void count(Ownership ownership) {
            try {
                ownership.guard(() -> {
                    store.increment(ownership.partition(), ownership.epoch(), nodeId);
                    return true;
                });
            } catch (Exception notOwner) {
                throw new IllegalStateException(notOwner);
            }
        }
    }

    /** The user's bug: it relies on release alone, and writes for as long as that has not been called. */
    private static final class UnguardedCounter extends Counter {
        UnguardedCounter(RehearsedBroker broker, Counters store) {
            super(broker, store);
        }

        @Override
        void count(Ownership ownership) {
            store.increment(ownership.partition(), ownership.epoch(), nodeId);
        }
    }

    private static void nothingWrong(RehearsedCluster cluster, Counters store) {
        assertThat(store.wrong).isEmpty();
    }

    @Test
    void aWorkloadThatGuardsItsWritesPasses() {
        List<Long> totals = new ArrayList<>();

        RehearsalResult result = Rehearsal.of(Counters::new, Counter::new)
                .partitions(6)
                .replicas(2)
                .brokers(4)
                .seeds(1, 6)
                .duration(Duration.ofMinutes(6))
                .check(RehearsalTest::nothingWrong)
                .checkWhenWhole((cluster, store) -> {
                    totals.add(store.total());
                    for (int p = 0; p < 6; p++) {
                        assertThat(cluster.ownersOf(p)).hasSize(1);
                        assertThat(cluster.leaderOf(p)).isPresent();
                    }
                })
                .run();

        assertThat(result.seeds()).isEqualTo(6);
        assertThat(result.simulatedHours()).isGreaterThan(0.5);
        assertThat(result.faults()).isGreaterThan(30);
        assertThat(totals).hasSizeGreaterThan(6).allMatch(total -> total > 500);
    }

    @Test
    void aWorkloadThatWritesWithoutGuardIsCaughtAndTheSeedShowsItAgain() {
        Rehearsal<Counters> rehearsal = Rehearsal.of(Counters::new, UnguardedCounter::new)
                .partitions(6)
                .brokers(4)
                .seeds(1, 40)
                .duration(Duration.ofMinutes(6))
                .check(RehearsalTest::nothingWrong);

        RehearsalFailed failed = catchThrowableOfType(RehearsalFailed.class, rehearsal::run);

        assertThat(failed).hasMessageContaining("with epoch").hasMessageContaining(".seeds(" + failed.seed());
        List<String> trace = new ArrayList<>();
        assertThatThrownBy(() -> rehearsal
                        .seeds(failed.seed(), failed.seed())
                        .trace(trace::add)
                        .run())
                .hasMessage(failed.getMessage());
        assertThat(trace).isNotEmpty();
    }

    @Test
    void withoutFaultsNothingBreaksAndAllWorkIsDone() {
        RehearsalResult result = Rehearsal.of(broker -> new Counter(broker, new Counters()))
                .withoutFaults()
                .seeds(1, 2)
                .duration(Duration.ofMinutes(3))
                .checkWhenWhole(
                        (cluster, world) -> assertThat(cluster.ownersOf(0)).hasSize(1))
                .run();

        assertThat(result.faults()).isZero();
    }

    @Test
    void whatMakesNoSenseIsRefusedAtOnce() {
        assertThatThrownBy(
                        () -> Rehearsal.of(b -> new Counter(b, new Counters())).seeds(2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("seeds 2 to 1 are none");
        assertThatThrownBy(
                        () -> Rehearsal.of(b -> new Counter(b, new Counters())).brokers(1))
                .hasMessage("from 2 to 50 brokers can be simulated, not 1");
    }
}
