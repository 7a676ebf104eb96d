package io.muster.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.muster.agent.Ownership;
import io.muster.agent.Workload;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class HealthProbeTest {
    private final AtomicLong clock = new AtomicLong(1);

    private HealthProbe probe(Supplier<String> answer) {
        return new HealthProbe(
                new Workload() {
                    @Override
                    public void lead(Ownership ownership) {}

                    @Override
                    public void release(Ownership ownership, Duration timeLeft) {}

                    @Override
                    public String unhealthyReason() {
                        return answer.get();
                    }
                },
                clock::get);
    }

    @Test
    void passesTheAnswerOn() {
        try (HealthProbe probe = probe(() -> "disk full")) {
            assertThat(probe.unhealthyReason()).isEmpty();
            probe.ask();
            assertThat(probe.unhealthyReason()).isEqualTo("disk full");
        }
    }

    @Test
    void checkThatThrowsIsUnhealthy() {
        try (HealthProbe probe = probe(() -> {
            throw new IllegalStateException("boom");
        })) {
            probe.ask();
            assertThat(probe.unhealthyReason()).contains("failed").contains("boom");
        }
    }

    @Test
    void checkThatHangsIsUnhealthyAfterAWhile() {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch forever = new CountDownLatch(1);
        try (HealthProbe probe = probe(() -> {
            asked.countDown();
            try {
                forever.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "";
        })) {
            probe.start(10);
            await().until(() -> asked.getCount() == 0);
            assertThat(probe.unhealthyReason()).isEmpty();
            clock.addAndGet(6_000_000_000L);
            assertThat(probe.unhealthyReason()).contains("does not answer");
        }
    }
}
