package io.muster.metadata.log.memory;

/** Whoever decides when things happen in an {@link InMemoryQuorum}. Called on the thread that caused it; must not block. */
public interface QuorumDriver {
    /** Nothing happens by itself: the owner of the quorum calls its methods. */
    QuorumDriver MANUAL = new QuorumDriver() {};

    /** A voter has appended: the driver should commit and deliver, now or later. */
    default void onAppended(int voter) {}

    /** The leader asks to hand leadership over. Its promise completes when another leads or it is told that none does. */
    default void onResigning(int voter) {}

    /** A voter believes that {@code deadLeader} is gone and wants to stand for election at once. */
    default void onLeaderIsGone(int voter, int deadLeader) {}
}
