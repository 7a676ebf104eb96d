package io.muster.agent.core;

import static io.muster.agent.core.AgentRig.ME;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.BrokerState;
import io.muster.log.v1.OwnershipMode;
import io.muster.metadata.image.PartitionState;
import org.junit.jupiter.api.Test;

/** What the broker that loses a partition can see of a broken promise. */
class OverlapWatchTest {
    private final AgentRig rig = new AgentRig();

    private void revoke() {
        rig.apply(rig.log.change(
                "orders", edit -> edit.leader(PartitionState.NONE).releasing(ME).target(2)));
    }

    private void grantToTheOther() {
        rig.apply(rig.log.change(
                "orders", edit -> edit.leader(2).releasing(PartitionState.NONE).target(PartitionState.NONE)));
    }

    @Test
    void aGrantToAnotherWhileThisBrokerOwnsIsAnOverlap() {
        rig.leading(3, ME, 2);
        grantToTheOther();
        assertThat(rig.overlaps).isEqualTo(3);
    }

    @Test
    void aGrantBeforeTheRevokedOwnerHasLetGoIsAnOverlap() {
        rig.leading(1, ME, 2);
        revoke();
        assertThat(rig.callKinds()).containsExactly(CallbackKind.RELEASE);
        grantToTheOther();
        assertThat(rig.overlaps).isEqualTo(1);
    }

    @Test
    void anOrderlyHandOverIsNone() {
        rig.leading(1, ME, 2);
        revoke();
        rig.returnAll();
        grantToTheOther();
        assertThat(rig.overlaps).isZero();
    }

    @Test
    void aGrantAfterTheLeaseIsOverIsNoneEvenIfTheReleaseHangs() {
        rig.leading(1, ME, 2);
        revoke();
        rig.pass(2_500);
        grantToTheOther();
        assertThat(rig.overlaps).isZero();
    }

    @Test
    void aBrokerThatWasStoppedLongerThanItsLeaseSeesNoneWhenItWakes() {
        rig.leading(1, ME, 2);
        rig.freeze(60_000);
        rig.apply(rig.log.change("orders", edit -> edit.leader(2), rig.log.state(ME, BrokerState.FENCED)));
        assertThat(rig.overlaps).isZero();
    }

    @Test
    void whereTheTokenProtectsTheNextGrantNeedNotWait() {
        rig.log.ownership = OwnershipMode.TOKEN_FENCED;
        rig.leading(1, ME, 2);
        grantToTheOther();
        assertThat(rig.overlaps).isZero();
    }
}
