package io.muster.metadata.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.ratis.metrics.MetricRegistries;
import org.apache.ratis.metrics.MetricRegistryInfo;
import org.apache.ratis.metrics.RatisMetricRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MicrometerMetricRegistriesTest {
    private final MicrometerMetricRegistries registries = new MicrometerMetricRegistries();
    private final SimpleMeterRegistry seen = new SimpleMeterRegistry();

    @BeforeEach
    void connect() {
        Metrics.addRegistry(seen);
    }

    @AfterEach
    void disconnect() {
        registries.clear();
        Metrics.removeRegistry(seen);
    }

    private RatisMetricRegistry component(String component) {
        return registries.create(new MetricRegistryInfo("91@group-AB", "ratis", component, "Metrics for it."));
    }

    @Test
    void ratisFindsTheBridge() {
        assertThat(MetricRegistries.global()).isInstanceOf(MicrometerMetricRegistries.class);
    }

    @Test
    void namesAreWhatPrometheusExpects() {
        assertThat(MeterName.of("ratis", "log_worker", "flushTime"))
                .isEqualTo(new MeterName("ratis_log_worker_flush_time", "", 1));
        assertThat(MeterName.of("ratis", "log_appender", "follower_2_match_index"))
                .isEqualTo(new MeterName("ratis_log_appender_follower_match_index", "2", 1));
        assertThat(MeterName.of("ratis", "server", "3@group-AB_peerCommitIndex"))
                .isEqualTo(new MeterName("ratis_server_peer_commit_index", "3", 1));
        assertThat(MeterName.of("ratis", "server", "2_lastHeartbeatElapsedTime").asGauge())
                .isEqualTo(new MeterName("ratis_server_last_heartbeat_elapsed_time_seconds", "2", 0.001));
        assertThat(MeterName.of("ratis", "server", "numPendingRequestMegaByteSize"))
                .isEqualTo(new MeterName("ratis_server_num_pending_request_bytes", "", 1 << 20));
        assertThat(MeterName.of("ratis", "log_worker", "closedSegmentsSizeInBytes")
                        .name())
                .isEqualTo("ratis_log_worker_closed_segments_bytes");
        assertThat(MeterName.of("ratis", "server", "retryCacheEntryCount").name())
                .isEqualTo("ratis_server_retry_cache_entry");
    }

    @Test
    void countersTimersAndGaugesAreShownWithADescription() throws Exception {
        RatisMetricRegistry component = component("server");
        component.counter("numHits").inc(3);
        component.counter("numHits").dec(1);
        assertThat(component.counter("numHits").getCount()).isEqualTo(2);
        try (var running = org.apache.ratis.metrics.Timekeeper.start(component.timer("writeTime"))) {
            assertThat(running).isNotNull();
        }
        component.<Long>gauge("2_lastHeartbeatElapsedTime", () -> () -> 1500L);
        component.<Long>gauge("empty", () -> () -> null);

        assertThat(seen.get("ratis_server_num_hits")
                        .tag("voter", "91")
                        .functionCounter()
                        .count())
                .isEqualTo(3);
        assertThat(seen.get("ratis_server_write_time").timer().count()).isEqualTo(1);
        assertThat(seen.get("ratis_server_last_heartbeat_elapsed_time_seconds")
                        .tag("peer", "2")
                        .gauge()
                        .value())
                .isEqualTo(1.5);
        assertThat(seen.get("ratis_server_empty").gauge().value()).isNaN();
        for (Meter meter : seen.getMeters()) {
            assertThat(meter.getId().getDescription()).isNotBlank();
        }
    }

    @Test
    void removedComponentIsGone() {
        RatisMetricRegistry component = component("server");
        component.counter("a").inc();
        component.<Long>gauge("b", () -> () -> 1L);
        assertThat(seen.getMeters()).hasSize(2);
        assertThat(component.remove("b")).isTrue();
        assertThat(component.remove("b")).isFalse();
        assertThat(registries.remove(component.getMetricRegistryInfo())).isTrue();
        assertThat(seen.getMeters()).isEmpty();
        assertThat(registries.get(component.getMetricRegistryInfo())).isEmpty();
    }

    @Test
    void countsOfEveryRpcMethodAreDropped() {
        RatisMetricRegistry component = component("GrpcServicesImpl_7071_message_metrics");
        component.counter("requestVote_started_total").inc();
        assertThat(component.counter("requestVote_started_total").getCount()).isEqualTo(1);
        assertThat(seen.getMeters()).isEmpty();
    }
}
