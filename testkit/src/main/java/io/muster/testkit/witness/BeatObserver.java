package io.muster.testkit.witness;

/** Hears of every beat that a {@link WitnessSink} judges. */
@FunctionalInterface
public interface BeatObserver {
    /**
     * @param node who sent it
     * @param accepted false if the sink refused it
     * @param arrivalNanos {@link System#nanoTime} of the sink's process
     */
    void judged(int node, Beat beat, boolean accepted, long arrivalNanos);
}
