package io.muster.agent;

import java.time.Duration;

/**
 * Your work. Muster calls these methods as this broker is given replicas of partitions, leadership of them, and loses them.
 *
 * <p>Calls for one partition never overlap and come in this order: {@link #prepare}, then any number of ({@link #lead},
 * {@link #release}), then {@link #drop}. Calls for different partitions come from several threads at once. A method may take
 * its time: it delays its own partition only. If one throws, the partition is tried again after a growing pause, and other
 * partitions go on.
 */
public interface Workload {
    /**
     * Makes this broker able to lead: load, warm up, catch up. When it returns, the replica is in the ready set. Called again
     * after each restart of the process.
     *
     * @throws Exception if the replica cannot be made ready; it is tried again
     */
    default void prepare(Partition partition) throws Exception {}

    /**
     * This broker leads the partition from now on, as long as {@code ownership} is valid. Start the work and return.
     *
     * <p>Put {@link Ownership#epoch()} into everything you send to storage that can check it, and wrap what must not happen
     * twice in {@link Ownership#guard}.
     *
     * @throws Exception if the work cannot be started; it is tried again while the ownership holds
     */
    void lead(Ownership ownership) throws Exception;

    /**
     * This broker no longer leads: the ownership is already invalid. Stop the work; finish what is under way.
     *
     * @param ownership the one given to {@link #lead}
     * @param timeLeft how long the cluster waits before it goes on without the answer; zero when the lease is already over
     * @throws Exception is logged; the ownership is given back all the same
     */
    void release(Ownership ownership, Duration timeLeft) throws Exception;

    /**
     * This broker no longer has a replica: forget what {@link #prepare} built.
     *
     * @throws Exception is logged
     */
    default void drop(Partition partition) throws Exception {}

    /**
     * Asked with every heartbeat, so it must be quick. An unhealthy application is fenced although its process runs.
     *
     * @return empty when healthy, otherwise one sentence about what is wrong
     */
    default String unhealthyReason() {
        return "";
    }
}
