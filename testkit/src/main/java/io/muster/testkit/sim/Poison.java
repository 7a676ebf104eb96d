package io.muster.testkit.sim;

/** What a partition does to an owner that begins to lead it. */
enum Poison {
    /** Nothing: it is led as any other. */
    NONE,
    /** {@code lead} throws, each time. */
    THROWS,
    /** The process dies in {@code lead}. */
    KILLS
}
