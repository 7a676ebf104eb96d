package io.muster.controller.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedCountersTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyItemIsTakenExactlyAsOftenAsWantedAndNeverTwiceInARound(long seed) {
        Random random = new Random(seed);
        int rounds = 50 + random.nextInt(200);
        int width = 1 + random.nextInt(5);
        int[] counts = new int[width + 1 + random.nextInt(20)];
        for (int left = rounds * width; left > 0; ) {
            int i = random.nextInt(counts.length);
            if (counts[i] < rounds) {
                counts[i]++;
                left--;
            }
        }
        int[] taken = new int[counts.length];
        SortedCounters counters = new SortedCounters(counts, seed);
        int[] round = new int[width];
        for (int r = 0; r < rounds; r++) {
            counters.take(width, round);
            assertThat(Arrays.stream(round).distinct().count()).isEqualTo(width);
            for (int item : round) {
                taken[item]++;
            }
        }
        assertThat(taken).isEqualTo(counts);
    }
}
