package io.muster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannelBuilder;
import io.muster.agent.Ownership;
import io.muster.agent.Workload;
import io.muster.error.MusterException;
import io.muster.node.LocalCluster;
import io.muster.node.config.NodeConfigReader;
import io.muster.rpc.v1.AdminServiceGrpc;
import io.muster.rpc.v1.CreateResourceRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MusterTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path dir;

    private static final class Names implements Workload {
        final Set<String> led = ConcurrentHashMap.newKeySet();

        @Override
        public void lead(Ownership ownership) {
            led.add(ownership.partition().toString());
        }

        @Override
        public void release(Ownership ownership, Duration timeLeft) {
            led.remove(ownership.partition().toString());
        }
    }

    @Test
    void aMemberJoinsIsGivenWorkKnowsWhoLeadsAndLeaves() throws Exception {
        Names names = new Names();
        try (LocalCluster cluster = new LocalCluster(dir, 1, 0)) {
            Path config = cluster.config(1);
            try (Muster muster = Muster.builder(config)
                    .set("broker.endpoints", "client=h:9")
                    .onFailure(exit -> {})
                    .join(names)) {
                assertThat(muster.awaitUnfenced(SOON)).isTrue();
                assertThat(muster.leaderOf("orders", 0)).isEmpty();
                createOrders(config);
                await().atMost(SOON).until(() -> names.led.equals(Set.of("orders/0", "orders/1")));
                assertThat(muster.nodeId()).isEqualTo(1);
                assertThat(muster.routes().resources()).containsExactly("orders");
                assertThat(muster.routes().partitionsOf("orders")).isEqualTo(2);
                assertThat(muster.leaderOf("orders", 1)).hasValueSatisfying(leader -> {
                    assertThat(leader.nodeId()).isEqualTo(1);
                    assertThat(leader.epoch()).isPositive();
                    assertThat(leader.endpoints()).isEqualTo(Map.of("client", "h:9"));
                });
            }
            assertThat(names.led).isEmpty();
        }
    }

    @Test
    void aWrongConfigIsRefused() {
        Path absent = dir.resolve("absent.properties");
        assertThatThrownBy(() -> Muster.join(absent, new Names()))
                .isInstanceOf(MusterException.class)
                .hasMessageContaining("no such file");
    }

    private static void createOrders(Path config) {
        var channel = ManagedChannelBuilder.forTarget(
                        NodeConfigReader.read(config).listener().toString())
                .usePlaintext()
                .build();
        try {
            var created = AdminServiceGrpc.newBlockingStub(channel)
                    .createResource(CreateResourceRequest.newBuilder()
                            .setName("orders")
                            .setPartitions(2)
                            .setReplicas(1)
                            .build());
            assertThat(created.getOffset()).isPositive();
        } finally {
            channel.shutdownNow();
        }
    }
}
