package io.muster.it;

/** What the nemesis does. */
enum FaultKind {
    /** kill -9 of one node, then a start. */
    KILL,
    /** kill -9 of all nodes at once, then a start of all. */
    KILL_ALL,
    /** SIGTERM, the end waited for, then a start. */
    RESTART,
    /** SIGSTOP, then SIGCONT. */
    PAUSE,
    /** The wall clock of one node is set off, and later set right. */
    CLOCK,
    /** One node is cut off from all others. */
    ISOLATE,
    /** The nodes fall into two groups that do not hear each other. */
    SPLIT,
    /** Two nodes do not hear each other; both hear the rest. */
    PARTIAL,
    /** One node hears the others and is not heard. */
    MUTE,
    /** One node is heard and does not hear the others. */
    DEAF,
    /** One direction of one pair is cut. */
    ONE_WAY,
    /** One node's link comes and goes several times. */
    FLAP,
    /** One node's link carries little. */
    SLOW
}
