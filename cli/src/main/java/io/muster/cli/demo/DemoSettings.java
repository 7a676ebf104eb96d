package io.muster.cli.demo;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a demo is to do.
 *
 * @param nodes processes
 * @param partitions partitions of the resource
 * @param replicas brokers that hold each
 * @param victim whom the fault hits
 * @param fault what happens to it
 * @param dir where everything goes; null for a temporary directory
 * @param keep leave the cluster running until Ctrl-C
 * @param settings further lines of every node's config file
 */
record DemoSettings(
        int nodes,
        int partitions,
        int replicas,
        Victim victim,
        Fault fault,
        @Nullable Path dir,
        boolean keep,
        Map<String, String> settings) {
    static final String RESOURCE = "orders";
    static final int MAX_NODES = 20;

    /** Most nodes that also vote: more make every commit slower and no failover safer. */
    private static final int MAX_VOTERS = 5;

    /** Whom the fault hits, as typed. */
    enum Victim {
        /** The broker that leads most; of several, one that is not the controller. */
        broker,
        /** The node that leads the quorum. */
        controller,
        /** Nobody. */
        none
    }

    /** What happens to it, as typed. */
    enum Fault {
        /** kill -9, then a restart. */
        kill,
        /** SIGSTOP until its work is elsewhere, then SIGCONT. */
        pause,
        /** Its network link to all others is cut until its work is elsewhere, then healed; the process runs on. */
        partition,
        /** SIGTERM and a start, of every node, one after the other. */
        restart
    }

    DemoSettings {
        settings = Map.copyOf(settings);
    }

    /** An odd number, so that every voter counts. */
    int voters() {
        int most = Math.min(nodes, MAX_VOTERS);
        return most % 2 == 0 && most > 2 ? most - 1 : most;
    }

    /** What is wrong with these settings; null if nothing. */
    @Nullable
    String problem() {
        if (nodes < 1 || nodes > MAX_NODES) {
            return "--nodes must be 1 to " + MAX_NODES + ", not " + nodes;
        }
        if (partitions < 1) {
            return "--partitions must be at least 1, not " + partitions;
        }
        if (replicas < 1 || replicas > nodes) {
            return "--replicas must be 1 to " + nodes + ", the number of nodes, not " + replicas;
        }
        if (fault == Fault.restart && nodes < 3) {
            return "--nodes must be at least 3 for a rolling restart: of " + nodes
                    + " voters none may be away, or there is no majority";
        }
        if (victim != Victim.none && nodes < 3) {
            return "--nodes must be at least 3 for a kill: of " + nodes
                    + " voters none may die, or there is no majority; or choose --kill none";
        }
        return null;
    }
}
