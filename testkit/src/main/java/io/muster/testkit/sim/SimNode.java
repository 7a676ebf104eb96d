package io.muster.testkit.sim;

import io.muster.agent.UnfinishedLead;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One machine: its clock and storage outlive the processes that run on it, one after the other. */
final class SimNode {
    final int id;
    final NodeClock clock;
    final String directoryId;
    int starts;
    /** The host answers no probe: it is off, not only the process. */
    boolean dark;
    /** Calls of {@code lead} that are under way, as its disk says; outlives the process. */
    final Set<UnfinishedLead> leadsUnderWay = new LinkedHashSet<>();
    /** It left in good order. */
    boolean left;
    /** How far its wall clock is off; milliseconds. */
    long wallOffMs;

    DiskState disk = DiskState.WHOLE;

    @Nullable
    SimProcess process;

    @Nullable
    SimVoter voter;

    @Nullable
    SimBroker broker;

    String incarnation = "";

    SimNode(int id, NodeClock clock) {
        this.id = id;
        this.clock = clock;
        this.directoryId = "dir-" + id;
    }

    boolean runs() {
        return process != null && !process.isDead();
    }
}
