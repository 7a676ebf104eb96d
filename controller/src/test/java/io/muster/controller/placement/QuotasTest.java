package io.muster.controller.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.muster.controller.decide.Decider;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class QuotasTest {
    @Test
    void waterFillsByWeightAndWhatIsFullLeavesTheRestToOthers() {
        assertThat(Quotas.fill(12, new double[] {1, 2, 3}, new double[] {9, 9, 9}))
                .containsExactly(2, 4, 6);
        assertThat(Quotas.fill(12, new double[] {1, 2, 3}, new double[] {9, 9, 3}))
                .containsExactly(3, 6, 3);
        assertThat(Quotas.fill(12, new double[] {1, 2, 3}, new double[] {9, 1, 3}))
                .containsExactly(8, 1, 3);
        assertThat(Quotas.fill(0, new double[] {1, 2}, new double[] {1, 1})).containsExactly(0, 0);
    }

    @Test
    void brokersWithoutRackShareByCapacity() {
        Quotas quotas = quotas(100, 2, new String[] {"", "", ""}, 100, 100, 200);
        assertThat(quotas.of(0)).isCloseTo(50, within(1e-6));
        assertThat(quotas.of(2)).isCloseTo(100, within(1e-6));
        assertThat(quotas.perRack()).isEqualTo(1);
    }

    @Test
    void noBrokerGetsAPartitionTwiceHoweverLargeItIs() {
        Quotas quotas = quotas(100, 2, new String[] {"", "", ""}, 100, 100, 9900);
        assertThat(quotas.ceil(2)).isEqualTo(100);
        assertThat(quotas.of(0)).isCloseTo(50, within(1e-6));
    }

    @Test
    void noRackGetsAPartitionTwiceWhenThereAreEnoughRacks() {
        Quotas quotas = quotas(90, 2, new String[] {"a", "a", "a", "b", "c"}, 100, 100, 100, 100, 100);
        assertThat(quotas.perRack()).isEqualTo(1);
        assertThat(quotas.of(0) + quotas.of(1) + quotas.of(2)).isCloseTo(90, within(1e-6));
        assertThat(quotas.of(3)).isCloseTo(45, within(1e-6));
    }

    @Test
    void fewerRacksThanReplicasShareAsEvenlyAsTheyCan() {
        assertThat(quotas(10, 3, new String[] {"a", "a", "b", "b"}, 100, 100, 100, 100)
                        .perRack())
                .isEqualTo(2);
        assertThat(quotas(10, 4, new String[] {"a", "b", "b", "b"}, 100, 100, 100, 100)
                        .perRack())
                .isEqualTo(3);
    }

    private static Quotas quotas(int partitions, int replicas, String[] racks, int... capacity) {
        Decider decider = Decider.cluster(0);
        for (int i = 0; i < racks.length; i++) {
            decider.join(Decider.record(i + 1, racks[i], capacity[i], "i" + i));
        }
        Roster roster = new Roster(decider.image());
        boolean[] all = new boolean[roster.size()];
        Arrays.fill(all, true);
        return new Quotas(roster, all, partitions, replicas);
    }
}
