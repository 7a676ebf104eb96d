package io.muster.controller.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.controller.ControllerSettings;
import io.muster.controller.HandOverEnd;
import io.muster.controller.Rig;
import io.muster.controller.liveness.ProbeResult;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ControllerMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ControllerMetrics metrics = new ControllerMetrics(registry);
    private final Rig rig = new Rig(ControllerSettings.DEFAULTS, metrics);

    @Test
    void metersFollowTheController() {
        metrics.watch(rig.unit);
        rig.lead();
        Rig.Client client = rig.client(2);
        rig.client(3);
        rig.probes.put(2, ProbeResult.gone("refused"));
        client.session.onClosed(rig.nowNs);
        rig.pass(50);

        assertThat(registry.get("muster.controller.active").gauge().value()).isOne();
        assertThat(registry.get("muster.brokers")
                        .tag("state", "unfenced")
                        .gauge()
                        .value())
                .isOne();
        assertThat(registry.get("muster.fencings")
                        .tag("reason", "proof_of_death")
                        .counter()
                        .count())
                .isOne();
        assertThat(registry.get("muster.batches").counter().count()).isPositive();
        assertThat(registry.get("muster.heartbeats").functionCounter().count()).isPositive();
        assertThat(registry.get("muster.event.queue.processing")
                        .tag("command", "fence-broker")
                        .timer()
                        .count())
                .isOne();
    }

    @Test
    void handOversAreTimedByHowTheyEnd() {
        metrics.onHandOver(HandOverEnd.LEASE_OVER, 2_000_000_000);
        assertThat(registry.get("muster.handover")
                        .tag("outcome", "lease_over")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(registry.get("muster.handover")
                        .tag("outcome", "released")
                        .timer()
                        .count())
                .isZero();
    }

    @Test
    void everyMeterIsDescribedAndPrefixed() {
        metrics.watch(rig.unit);
        rig.lead();

        assertThat(registry.getMeters().stream()
                        .map(Meter::getId)
                        .filter(id -> !id.getName().endsWith(".histogram"))) // the simple registry's own
                .allSatisfy(id -> {
                    assertThat(id.getName()).startsWith("muster.");
                    assertThat(id.getDescription()).isNotBlank();
                });
    }
}
