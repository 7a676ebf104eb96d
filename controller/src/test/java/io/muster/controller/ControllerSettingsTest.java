package io.muster.controller;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.controller.decide.Flapping;
import io.muster.controller.decide.Parking;
import io.muster.controller.liveness.LossLimits;
import org.junit.jupiter.api.Test;

class ControllerSettingsTest {
    @Test
    void aLeaseThatOutlivesTheSessionIsRefused() {
        assertThatThrownBy(() -> settings(500, 500, 2950, 3000, 100))
                .hasMessageContaining("broker.lease.ms (2950)")
                .hasMessageContaining("broker.session.timeout.ms (3000)");
    }

    @Test
    void heartbeatsTooRareForTheLeaseAreRefused() {
        assertThatThrownBy(() -> settings(900, 300, 2000, 3000, 100))
                .hasMessageContaining("broker.heartbeat.interval.ms (900)");
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> settings(0, 500, 2000, 3000, 100))
                .hasMessageContaining("broker.heartbeat.interval.ms is 0");
    }

    private static ControllerSettings settings(long heartbeat, long rpc, long lease, long session, long drift) {
        return new ControllerSettings(
                heartbeat,
                rpc,
                lease,
                session,
                drift,
                300_000,
                1000,
                100,
                1000,
                true,
                LossLimits.DEFAULTS,
                Flapping.DEFAULTS,
                Parking.DEFAULTS,
                10_000,
                4,
                1024,
                1_000_000);
    }
}
