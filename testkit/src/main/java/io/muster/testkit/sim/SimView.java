package io.muster.testkit.sim;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

/** What a check may ask about a simulated cluster. Valid during the call that it was given to. */
public interface SimView {
    /** Simulated time since the run began. */
    Duration time();

    /** The leader that the log names; empty if there is none, or no such partition. */
    OptionalInt leaderOf(String resource, int partition);

    /** Brokers that hold a valid ownership at this instant: at most one unless storage checks the token. */
    Set<Integer> ownersOf(String resource, int partition);

    /** Brokers whose process runs. */
    Set<Integer> liveBrokers();
}
