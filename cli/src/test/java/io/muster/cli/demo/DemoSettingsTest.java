package io.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.cli.demo.DemoSettings.Fault;
import io.muster.cli.demo.DemoSettings.Victim;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoSettingsTest {
    private static DemoSettings settings(int nodes, int partitions, int replicas, Victim victim) {
        return new DemoSettings(nodes, partitions, replicas, victim, Fault.kill, null, false, Map.of());
    }

    @ParameterizedTest
    @CsvSource({"1,1", "2,2", "3,3", "4,3", "5,5", "6,5", "20,5"})
    void anOddNumberOfNodesVotesAndNeverMoreThanFive(int nodes, int voters) {
        assertThat(settings(nodes, 1, 1, Victim.none).voters()).isEqualTo(voters);
    }

    @Test
    void theUsualDemoIsFine() {
        assertThat(settings(3, 300, 2, Victim.broker).problem()).isNull();
        assertThat(settings(1, 1, 1, Victim.none).problem()).isNull();
    }

    @Test
    void whatCannotWorkIsSaidWithTheWayOut() {
        assertThat(settings(2, 1, 1, Victim.broker).problem()).contains("--nodes", "majority", "--kill none");
        assertThat(settings(3, 1, 4, Victim.broker).problem()).contains("--replicas", "3");
        assertThat(settings(3, 0, 1, Victim.broker).problem()).contains("--partitions");
        assertThat(settings(99, 1, 1, Victim.broker).problem()).contains("--nodes", "20");
    }
}
