package io.muster.agent;

import java.time.Duration;

/**
 * Your work. Muster calls these methods as this broker is given replicas of partitions, leadership of them, and loses them.
 *
 * <p>Calls for one partition never overlap and come in this order: {@link #prepare}, then any number of ({@link #lead},
 * {@link #release}), then {@link #drop}. Calls for different partitions come from several threads at once. A method may take
 * its time, or hang: it delays its own partition only. If one throws, the partition is tried again after a growing pause
 * (one second to one minute), and other partitions go on.
 *
 * <p>None of these calls is the proof of ownership, {@link Ownership} is: it ends by the clock, at once, even while
 * {@link #release} still waits for a thread.
 */
public interface Workload {
    /**
     * Makes this broker able to lead: load, warm up, catch up. When it returns, the replica is in the ready set.
     *
     * <p>Called after each restart of the process. Called again, without {@link #drop} in between, for a resource with durable
     * state whose replica here was taken out of the ready set: others may have gone on without it, so catch up once more.
     *
     * @throws Exception if the replica cannot be made ready; it is tried again
     */
    default void prepare(Partition partition) throws Exception {}

    /**
     * This broker leads the partition from now on, as long as {@code ownership} is valid. Start the work and return.
     *
     * <p>Put {@link Ownership#epoch()} into everything you send to storage that can check it, and wrap what must not happen
     * twice in {@link Ownership#guard}. After a pause in which the lease ran out but nobody else was made leader, this broker
     * leads again under another {@code Ownership} with the same epoch.
     *
     * <p>Do what may be fatal, such as replaying data that may be damaged, before returning. A partition that owner after owner
     * fails to lead, or dies of in here, is parked: nobody leads it until an operator releases it, and the rest goes on. A
     * partition that was led at such a moment is led alone next time, after all others, so that it is known which one it was.
     *
     * @throws Exception if the work cannot be started; it is tried again, and after three failures in a row by another broker.
     *     {@link #release} is not called for a {@code lead} that threw, so leave nothing running behind
     */
    void lead(Ownership ownership) throws Exception;

    /**
     * This broker no longer leads: the ownership is already invalid. Stop the work; finish what is under way.
     *
     * <p>The next leader waits for two things: this method's return, and the end of the last guarded action. As long as either
     * does not come, the cluster waits, until this broker's lease is over.
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
     * Asked about as often as heartbeats are sent, on a thread of its own. An unhealthy application is fenced although its
     * process runs. A check that throws, or does not answer for five seconds, counts as unhealthy.
     *
     * @return empty when healthy, otherwise one sentence about what is wrong
     */
    default String unhealthyReason() {
        return "";
    }
}
