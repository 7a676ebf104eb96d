package io.muster.testkit.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class WitnessLedgerTest {
    private static final WitnessedPartition P = new WitnessedPartition("orders", 7, 3);

    private final WitnessLedger ledger = new WitnessLedger();

    /** A beat that was guarded at {@code guarded} and arrived one unit later. */
    private boolean beat(int node, long epoch, long guarded) {
        return ledger.beat(node, new Beat(P, epoch, 1, guarded - 1, guarded), guarded + 1);
    }

    @Test
    void theGapIsFromTheOldOwnersLastBeatToTheNewOwnersFirst() {
        beat(1, 10, 1_000);
        beat(1, 10, 2_000);
        beat(2, 11, 9_000);
        beat(2, 11, 9_500);

        assertThat(ledger.gapsSince(0)).containsExactly(new ServiceGap(P, 1, 10, 2, 11, 2_001, 9_001));
        assertThat(ledger.gapsSince(9_002)).isEmpty();
        Service now = Objects.requireNonNull(ledger.service(P));
        assertThat(now).isEqualTo(new Service(P, 2, 11, 9_001, 9_501));
        assertThat(ledger.totals()).isEqualTo(new WitnessTotals(1, 4, 0, 0, 0));
    }

    @Test
    void aLowerEpochIsRefusedForEver() {
        beat(1, 10, 1_000);
        beat(2, 11, 2_000);

        assertThat(beat(1, 10, 3_000)).isFalse();
        assertThat(beat(1, 10, 4_000)).isFalse();
        assertThat(Objects.requireNonNull(ledger.service(P)).node()).isEqualTo(2);
        assertThat(ledger.totals().refused()).isEqualTo(2);
    }

    @Test
    void aGuardThatSaidYesAfterTheNextOwnersGuardIsAnOverlap() {
        beat(1, 10, 1_000);
        beat(2, 11, 2_000);
        beat(1, 10, 2_500);

        assertThat(ledger.overlaps()).containsExactly(new Overlap(P, 1, 10, 2, 11, 499));
        assertThat(ledger.totals().overlaps()).isOne();
    }

    @Test
    void aBeatThatWasGuardedInTimeAndArrivesLateIsRefusedButIsNoOverlap() {
        beat(1, 10, 1_000);
        beat(2, 11, 2_000);

        boolean accepted = ledger.beat(1, new Beat(P, 10, 2, 1_800, 1_900), 50_000);

        assertThat(accepted).isFalse();
        assertThat(ledger.totals()).isEqualTo(new WitnessTotals(1, 2, 1, 0, 0));
    }

    @Test
    void anOverlapShowsAlsoIfTheOldOwnersBeatArrivesFirst() {
        beat(1, 10, 3_000);
        boolean accepted = ledger.beat(2, new Beat(P, 11, 1, 1_900, 2_000), 3_500);

        assertThat(accepted).isTrue();
        assertThat(ledger.overlaps()).containsExactly(new Overlap(P, 1, 10, 2, 11, 999));
    }

    @Test
    void twoNodesAtOneEpochAreAnOverlap() {
        beat(1, 10, 1_000);

        assertThat(beat(2, 10, 2_000)).isFalse();
        assertThat(ledger.totals().overlaps()).isOne();
    }

    @Test
    void theSameNodeMayBeGrantedAgain() {
        beat(1, 10, 1_000);
        beat(1, 12, 2_000);

        assertThat(beat(1, 10, 3_000)).isFalse();
        assertThat(ledger.totals().overlaps()).isZero();
    }

    @Test
    void partitionsOfARecreatedResourceAreOthers() {
        beat(1, 10, 1_000);
        var again = new WitnessedPartition("orders", 50, 3);

        assertThat(ledger.beat(2, new Beat(again, 51, 1, 2_000, 2_001), 2_002)).isTrue();
        assertThat(ledger.totals().partitions()).isEqualTo(2);
        assertThat(ledger.gapsSince(0)).isEmpty();
    }
}
