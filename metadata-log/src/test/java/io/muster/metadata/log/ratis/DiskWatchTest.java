package io.muster.metadata.log.ratis;

import static io.muster.metadata.log.ratis.DiskWatch.Finding.HUNG;
import static io.muster.metadata.log.ratis.DiskWatch.Finding.SLOW;
import static io.muster.metadata.log.ratis.DiskWatch.Finding.WELL;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiskWatchTest {
    private final DiskWatch watch = new DiskWatch(50, 10, 100);

    @Test
    void anIdleDiskAndABusyOneAreWell() {
        for (int now = 0; now < 1000; now++) {
            assertThat(watch.look(7, 7, now)).isEqualTo(WELL);
        }
        for (int now = 1000; now < 2000; now++) {
            assertThat(watch.look(now, now + 3, now)).isEqualTo(WELL);
        }
    }

    @Test
    void aDiskThatFinishesNothingForTooLongHangsUntilItGoesOn() {
        for (int now = 0; now < 50; now++) {
            assertThat(watch.look(7, 9, now)).isEqualTo(WELL);
        }
        assertThat(watch.look(7, 12, 50)).isEqualTo(HUNG);
        assertThat(watch.look(12, 12, 51)).isEqualTo(WELL);
    }

    @Test
    void aDiskWhoseWritesAllTakeLongIsSlow() {
        assertThat(writes(0, 30, 99)).isEqualTo(WELL);
        assertThat(writes(99, 30, 160)).isEqualTo(SLOW);
    }

    @Test
    void aDiskThatIsSlowNowAndThenIsWell() {
        assertThat(writes(0, 30, 90)).isEqualTo(WELL);
        assertThat(writes(90, 2, 100)).isEqualTo(WELL);
        assertThat(writes(100, 30, 190)).isEqualTo(WELL);
        assertThat(writes(190, 2, 400)).isEqualTo(WELL);
    }

    @Test
    void aProcessThatStoodStillDoesNotBlameItsDisk() {
        assertThat(watch.look(7, 9, 0)).isEqualTo(WELL);
        assertThat(watch.look(7, 9, 5000)).isEqualTo(WELL);
        assertThat(watch.look(9, 9, 5001)).isEqualTo(WELL);
    }

    /** Something is always handed in, and each write takes {@code takes}; what the last look found. */
    private DiskWatch.Finding writes(int from, int takes, int until) {
        DiskWatch.Finding found = WELL;
        for (int now = from; now <= until; now++) {
            found = watch.look((now - from) / takes * takes + from - takes, now, now);
        }
        return found;
    }
}
