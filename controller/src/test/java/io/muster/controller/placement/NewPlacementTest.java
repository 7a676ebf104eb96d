package io.muster.controller.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.controller.decide.Decider;
import io.muster.log.v1.OwnershipMode;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.Resource;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewPlacementTest {
    @ParameterizedTest(name = "{0} partitions x {1} on {2} brokers in {3} racks")
    @CsvSource({
        "1,1,1,0",
        "1,3,5,0",
        "10,3,3,0",
        "100,2,7,0",
        "1000,3,30,3",
        "1000,3,30,5",
        "1000,3,31,2",
        "500,4,9,1",
        "997,2,50,10"
    })
    void everyBrokerHoldsItsShareOfReplicasAndLeaders(int partitions, int replicas, int brokers, int racks) {
        Roster roster = roster(brokers, racks, 7);
        Seats seats = place(roster, partitions, replicas);
        Quotas quotas = new Quotas(roster, all(roster), partitions, replicas);
        LeaderOrder bands = new LeaderOrder(seats, quotas);
        for (int b = 0; b < roster.size(); b++) {
            assertThat(seats.replicas(b)).isBetween(quotas.floor(b), quotas.ceil(b));
            // One off where the replica sets allow no better.
            assertThat(seats.firsts(b)).isBetween(bands.floor(b) - 1, bands.ceil(b) + 1);
        }
        for (int p = 0; p < partitions; p++) {
            int[] ids = seats.ids(p);
            assertThat(Arrays.stream(ids).distinct().count()).isEqualTo(replicas);
            for (int i = 0; i < replicas; i++) {
                assertThat(seats.candidate(p, -1, seats.at(p, i), 0).stayingInRackOf(seats.at(p, i)))
                        .isLessThanOrEqualTo(quotas.perRack());
            }
        }
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        Seats one = place(roster(9, 3, 1), 200, 3);
        Seats two = place(roster(9, 3, 1), 200, 3);
        for (int p = 0; p < 200; p++) {
            assertThat(one.ids(p)).isEqualTo(two.ids(p));
        }
    }

    @Test
    void theOtherReplicasOfABrokerAreSpreadOverAll() {
        Roster roster = roster(20, 0, 0);
        Seats seats = place(roster, 2000, 2);
        int[] together = new int[20];
        for (int p = 0; p < 2000; p++) {
            if (seats.holds(p, 0)) {
                together[seats.at(p, 0)]++;
                together[seats.at(p, 1)]++;
            }
        }
        // 200 partitions, 19 others: about 10 each.
        for (int b = 1; b < 20; b++) {
            assertThat(together[b]).isBetween(2, 25);
        }
    }

    @Test
    void rulesSayWhyInASentence() {
        Roster roster = roster(3, 1, 0);
        roster.setLive(2, false);
        Candidate seated = new Candidate(roster, Map.of("disk", "ssd"), new int[] {0}, 0, 1, -1, 0, 1);
        assertThat(Rule.ONE_REPLICA.answer(seated)).isEqualTo(Answer.NO);
        assertThat(Rule.ONE_REPLICA.sentence(seated)).isEqualTo("broker 1 has a replica of it already");
        assertThat(Rule.TAGS.sentence(seated)).isEqualTo("broker 1 does not carry the tags {disk=ssd}");
        Candidate fenced = new Candidate(roster, Map.of(), new int[] {0}, 0, 1, -1, 1, 1);
        assertThat(Rule.UNFENCED.answer(fenced)).isEqualTo(Answer.NOT_YET);
        assertThat(Rule.RACK.answer(fenced)).isEqualTo(Answer.NO);
        assertThat(Rule.RACK.sentence(fenced))
                .isEqualTo("rack r0 of broker 2 would hold 2 of its replicas, the limit is 1");
        assertThat(Rule.allAllow(fenced)).isFalse();
    }

    private static Seats place(Roster roster, int partitions, int replicas) {
        Resource resource = new Resource(
                9, "orders", partitions, replicas, StateKind.STATE_NONE, OwnershipMode.LEASED, 0, Map.of());
        return NewPlacement.place(resource, roster, all(roster));
    }

    private static boolean[] all(Roster roster) {
        boolean[] all = new boolean[roster.size()];
        Arrays.fill(all, true);
        return all;
    }

    private static Roster roster(int brokers, int racks, long seed) {
        Random random = new Random(seed);
        Decider decider = Decider.cluster(0);
        for (int id = 1; id <= brokers; id++) {
            String rack = racks == 0 ? "" : "r" + (id % racks);
            int capacity = seed != 0 && random.nextInt(4) == 0 ? 200 : 100;
            decider.join(Decider.record(id, rack, capacity, "i" + id));
        }
        return new Roster(decider.image());
    }
}
