package io.muster.testkit.sim;

import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.rpc.v1.SessionDown;
import io.muster.rpc.v1.SessionUp;
import java.util.function.LongSupplier;

/** Places where a test may break the cluster on purpose, to see that the simulator notices. The default breaks nothing. */
public interface PlantedBugs {
    PlantedBugs NONE = new PlantedBugs() {};

    /** What voters read from their disks. */
    default InMemoryQuorum.Tampering tampering() {
        return new InMemoryQuorum.Tampering() {};
    }

    /** The clock by which ownerships judge themselves. */
    default LongSupplier guardClock(LongSupplier clock) {
        return clock;
    }

    /** The clock of a controller. */
    default LongSupplier controllerClock(LongSupplier clock) {
        return clock;
    }

    /** What a broker sends, on its way to the controller. */
    default SessionUp up(SessionUp message) {
        return message;
    }

    /** What the controller sends, on its way to a broker. */
    default SessionDown down(SessionDown message) {
        return message;
    }

    /** A controller answers a heartbeat the moment it arrives. */
    default boolean answersWithoutBarrier() {
        return false;
    }

    /** How far in the past a new controller believes its activation to lie: nanoseconds. */
    default long activationLagNs() {
        return 0;
    }

    /** A probe says "gone" of every process that it cannot reach. */
    default boolean silenceIsProof() {
        return false;
    }
}
