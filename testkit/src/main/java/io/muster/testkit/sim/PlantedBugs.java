package io.muster.testkit.sim;

import io.muster.agent.Ownership;
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

    /**
     * The clock by which ownerships judge themselves.
     *
     * @param wallMs the wall clock of the same node
     */
    default LongSupplier guardClock(LongSupplier clock, LongSupplier wallMs) {
        return clock;
    }

    /** The token that an owner puts into what it writes. */
    default long token(Ownership ownership) {
        return ownership.epoch();
    }

    /** Storage refuses tokens lower than what it has seen. */
    default boolean storageChecksTokens() {
        return true;
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

    /**
     * For how long a controller confirms heartbeats from its own state, as by a linearizable read with a leader lease, after
     * another was elected: nanoseconds; negative for never.
     */
    default long confirmsByReadForNs() {
        return -1;
    }

    /** A controller answers a request when it has decided, not when the change is committed. */
    default boolean acknowledgesBeforeCommit() {
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
