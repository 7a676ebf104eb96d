package io.muster.metadata.log.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DiskWatchTest {
    private final DiskWatch watch = new DiskWatch(5);

    @Test
    void idleAndBusyDisksAreNotStuck() {
        for (int now = 0; now < 100; now++) {
            assertThat(watch.isStuck(7, 7, now)).isFalse();
        }
        for (int now = 100; now < 200; now++) {
            assertThat(watch.isStuck(now, now + 3, now)).isFalse();
        }
    }

    @Test
    void diskThatFinishesNothingForTooLongIsStuckUntilItGoesOn() {
        assertThat(watch.isStuck(7, 7, 0)).isFalse();
        assertThat(watch.isStuck(7, 9, 10)).isFalse();
        assertThat(watch.isStuck(7, 9, 14)).isFalse();
        assertThat(watch.isStuck(7, 12, 15)).isTrue();
        assertThat(watch.isStuck(8, 12, 16)).isFalse();
        assertThat(watch.isStuck(8, 12, 21)).isTrue();
        assertThat(watch.isStuck(12, 12, 22)).isFalse();
    }
}
