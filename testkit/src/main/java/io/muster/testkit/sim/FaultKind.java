package io.muster.testkit.sim;

import java.util.Locale;

/** What the simulator breaks. The names go to its summary table. */
public enum FaultKind {
    /** A node's process is killed; its kernel resets the connections. */
    KILL,
    /** A killed node comes back at once, as a new incarnation of the same directory. */
    FAST_RESTART,
    /** A node's host goes dark: killed, and nobody answers in its place. */
    DARK,
    /** A process is stopped for a while, then goes on. */
    PAUSE,
    /** A node is cut off from all others. */
    ISOLATION,
    /** Two nodes cannot reach each other. */
    CUT,
    /** Messages from one node to another are lost; the other direction works. */
    ONE_WAY_CUT,
    /** Connections are reset. */
    RESET,
    /** Many messages are slow for a while. */
    SLOW_NETWORK,
    /** Another voter is elected although the leader is well. */
    ELECTION,
    /** An election that loses some of the uncommitted tail. */
    LOST_TAIL,
    /** Appends are held back and land late, perhaps in a later term. */
    LATE_APPENDS,
    /** A voter applies the log late. */
    LAGGING_VOTER,
    /** A voter that is behind gets a snapshot. */
    SNAPSHOT_INSTALL,
    /** A voter's disk is empty when it starts again. */
    WIPED_DISK,
    /** A voter's log is an older prefix when it starts again: it refuses, until its directory is replaced. */
    STALE_DISK,
    /** A voter's disk is slow: what it appends as leader is acknowledged late. */
    SLOW_DISK,
    /** The wall clock of a node jumps by up to a day, forward or back. */
    WALL_CLOCK_STEP,
    /** Messages of sessions and feeds arrive twice now and then. */
    DUPLICATES,
    /** One controller after the other is killed, each as soon as it leads. */
    CONTROLLER_CHASE,
    /** Every node is stopped in good order and started again, one after the other. */
    ROLLING_RESTART,
    /** The decision loop of the controller stalls. */
    STALLED_LOOP,
    /** The application says that it is unhealthy for a while. */
    UNHEALTHY,
    /** A broker leaves in good order and comes back. */
    GRACEFUL_STOP,
    /** A call into the application throws. */
    CALLBACK_THROWS,
    /** A call into the application takes very long. */
    CALLBACK_HANGS;

    /** For people: "one way cut". */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
