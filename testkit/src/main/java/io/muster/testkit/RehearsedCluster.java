package io.muster.testkit;

import io.muster.testkit.sim.SimView;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

/** What a check may ask about the cluster. Valid during the call that it was given to. */
public final class RehearsedCluster {
    /** The name of the resource that is rehearsed. */
    public static final String RESOURCE = "rehearsed";

    private final SimView view;

    RehearsedCluster(SimView view) {
        this.view = view;
    }

    /** Simulated time since the run began. */
    public Duration time() {
        return view.time();
    }

    /** The leader that the metadata log names; empty if there is none now. */
    public OptionalInt leaderOf(int partition) {
        return view.leaderOf(RESOURCE, partition);
    }

    /** Brokers with a valid ownership at this instant; costs a look at everything that is owned. */
    public Set<Integer> ownersOf(int partition) {
        return view.ownersOf(RESOURCE, partition);
    }

    /** Brokers whose process runs. */
    public Set<Integer> liveBrokers() {
        return view.liveBrokers();
    }
}
