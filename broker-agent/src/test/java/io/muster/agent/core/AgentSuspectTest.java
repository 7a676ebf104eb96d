package io.muster.agent.core;

import static io.muster.agent.core.AgentRig.ME;
import static io.muster.agent.core.CallbackKind.LEAD;
import static io.muster.agent.core.CallbackKind.RELEASE;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.log.v1.Record;
import io.muster.log.v1.StateKind;
import io.muster.log.v1.SuspectRecord;
import io.muster.metadata.image.PartitionState;
import io.muster.rpc.v1.LeadReport;
import org.junit.jupiter.api.Test;

/** Partitions that fail their owners, as the agent of one owner sees them. */
class AgentSuspectTest {
    private final AgentRig rig = new AgentRig();

    private Record suspect(int partition, int strikes) {
        PartitionState state = rig.log.at("orders", partition);
        return Record.newBuilder()
                .setSuspect(SuspectRecord.newBuilder()
                        .setSlot(state.slot())
                        .setStrikes(strikes)
                        .setLastEpoch(state.leaderEpoch())
                        .setReason("test"))
                .build();
    }

    /** Four partitions that are prepared; nothing leads yet. */
    private void prepared(Record... with) {
        rig.active();
        rig.apply(rig.log.create("orders", StateKind.STATE_NONE, 4, -1, ME));
        rig.returnAll();
        rig.calls.clear();
        if (with.length > 0) {
            rig.apply(rig.log.append(with));
        }
    }

    private void grantAll() {
        rig.apply(rig.log.change("orders", edit -> edit.ready(ME, true).leader(ME)));
    }

    private Callback leadOf(int partition) {
        return rig.calls.stream()
                .filter(call -> call.kind() == LEAD && call.partition().number() == partition)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLeadThatFailsAgainAndAgainIsReportedWithWhatItSaid() {
        rig.leading(1, ME, 2);
        rig.apply(rig.log.change("orders", e -> e.leader(PartitionState.NONE).releasing(ME)));
        rig.returnAll();
        rig.apply(rig.log.change("orders", e -> e.releasing(PartitionState.NONE).leader(ME)));
        for (int i = 1; i <= 3; i++) {
            assertThat(rig.heartbeat().getFailedLeadsList()).isEmpty();
            rig.returns(leadOf(0), new IllegalStateException("no such table"));
            for (int ms = 0; ms < 4000 && i < 3 && rig.calls.isEmpty(); ms += 400) {
                rig.pass(400);
                rig.renew();
            }
        }
        rig.pass(10);
        assertThat(rig.heartbeat().getFailedLeadsList())
                .containsExactly(LeadReport.newBuilder()
                        .setResourceId(
                                rig.log.image().resource("orders").orElseThrow().id())
                        .setLeaderEpoch(rig.log.at("orders", 0).leaderEpoch())
                        .setReason("java.lang.IllegalStateException: no such table")
                        .build());
        // Taken away: given back at once, for nothing runs.
        rig.apply(rig.log.change("orders", e -> e.leader(PartitionState.NONE).releasing(ME)));
        rig.pass(10);
        assertThat(rig.callKinds()).doesNotContain(RELEASE);
        assertThat(rig.heartbeat().getReleasedList()).hasSize(1);
    }

    @Test
    void suspectedPartitionsAreLedLastAndAlone() {
        prepared();
        rig.apply(rig.log.append(suspect(1, 2), suspect(2, 1)));
        grantAll();
        assertThat(rig.calls).extracting(c -> c.partition().number()).containsExactly(0, 3);
        rig.returns(leadOf(0), null);
        assertThat(rig.calls).hasSize(1);
        rig.returns(leadOf(3), null);
        assertThat(rig.calls)
                .as("the less suspected first")
                .extracting(c -> c.partition().number())
                .containsExactly(2);
        rig.returns(leadOf(2), null);
        assertThat(rig.calls).extracting(c -> c.partition().number()).containsExactly(1);
        rig.returns(leadOf(1), null);
        assertThat(rig.core.ownerships()).hasSize(4);
    }

    @Test
    void aLeadThatHangsHoldsUpNobodyForLong() {
        prepared();
        rig.apply(rig.log.append(suspect(1, 2)));
        grantAll();
        assertThat(rig.calls).hasSize(3);
        rig.pass(450);
        rig.renew();
        rig.pass(450);
        rig.renew();
        assertThat(rig.calls).hasSize(3);
        rig.pass(200);
        assertThat(rig.calls).hasSize(4);
    }

    @Test
    void aSuspectThatIsLedWellIsReportedUntilTheImageShowsIt() {
        prepared();
        rig.apply(rig.log.append(suspect(1, 2)));
        grantAll();
        rig.returnAll();
        rig.returnAll();
        rig.pass(10);
        assertThat(rig.heartbeat().getLedList())
                .extracting(LeadReport::getPartition)
                .containsExactly(1);
        rig.apply(rig.log.append(suspect(1, 1)));
        rig.renew();
        rig.pass(1500);
        assertThat(rig.heartbeat().getLedList()).isEmpty();
    }
}
