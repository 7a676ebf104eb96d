package io.muster.agent.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.agent.core.CallbackKind;
import org.junit.jupiter.api.Test;

class AgentMetricsTest {
    private static final long MS = 1_000_000;

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final AgentMetrics metrics = new AgentMetrics(registry);

    private double count(String name) {
        return registry.get(name).counter().count();
    }

    @Test
    void aConfirmedHeartbeatIsARenewalOnlyIfItExtendedTheLease() {
        metrics.leaseRenewed(3 * MS, 1997 * MS);
        metrics.leaseRenewed(4 * MS, -4 * MS);
        assertThat(registry.get("muster.agent.heartbeat.confirmation").timer().count())
                .isEqualTo(2);
        assertThat(count("muster.agent.lease.renewals")).isEqualTo(1);
        assertThat(count("muster.agent.lease.refusals")).isEqualTo(1);
    }

    @Test
    void callsAreTimedByWhatTheyAreAndByTheirOutcome() {
        metrics.returned(CallbackKind.LEAD, MS, 5 * MS, false);
        metrics.returned(CallbackKind.LEAD, MS, 7 * MS, true);
        assertThat(registry.get("muster.agent.callback")
                        .tags("callback", "lead", "outcome", "threw")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("muster.agent.callback")
                        .tags("callback", "lead", "outcome", "returned")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void everythingIsThereAtZeroBeforeAnythingHappensAndSaysWhatItMeans() {
        assertThat(registry.get("muster.agent.handover")
                        .tags("outcome", "lapsed")
                        .timer()
                        .count())
                .isZero();
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .filteredOn(id -> !id.getName().endsWith(".histogram")) // the buckets of what is described already
                .allSatisfy(id -> assertThat(id.getDescription()).isNotBlank());
    }
}
