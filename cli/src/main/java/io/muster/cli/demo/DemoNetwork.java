package io.muster.cli.demo;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A network of its own for the demo's nodes, whose links can be cut: each node lives in its own network namespace, with one
 * link to the other nodes and to this process, and a second one to the witness sink alone. Cutting the first leaves the second
 * as it is, so that the sink goes on judging the node that is cut off. Used by one thread; {@link #close} by any.
 *
 * <p>The addresses are of 198.18.0.0/15, which is set aside for tests of network equipment and is nobody's.
 */
final class DemoNetwork implements AutoCloseable {
    private static final int SUBNETS = 256;
    private static final int FIRST_NODE_ADDRESS = 10;

    private final String tag;
    private final int subnet;
    /** What takes the network down again, the last made first. */
    private final Deque<List<String>> undo = new ArrayDeque<>();

    private boolean closed;

    private DemoNetwork(String tag, int subnet) {
        this.tag = tag;
        this.subnet = subnet;
    }

    /**
     * Makes it; it is taken down at the latest when this process ends, even if that is while it is made.
     *
     * @throws MusterException with a sentence if this machine does not permit it; nothing is left behind
     */
    static DemoNetwork create(int nodes, Random random) {
        DemoNetwork network = new DemoNetwork(String.format(Locale.ROOT, "%08x", random.nextInt()), freeSubnet(random));
        Runtime.getRuntime().addShutdownHook(new Thread(network::close, "demo-network-clean-up"));
        try {
            network.build(nodes);
            return network;
        } catch (MusterException e) {
            network.close();
            throw e;
        }
    }

    private static int freeSubnet(Random random) {
        String taken = ip("-o", "-4", "addr", "show");
        int start = random.nextInt(SUBNETS);
        for (int i = 0; i < SUBNETS; i++) {
            int subnet = (start + i) % SUBNETS;
            if (!taken.contains(" 198.18." + subnet + ".") && !taken.contains(" 198.19." + subnet + ".")) {
                return subnet;
            }
        }
        throw notPermitted("every network of 198.18.0.0/15 is in use");
    }

    private void build(int nodes) {
        namespace(hub());
        for (String bridge : List.of("nodes", "sink")) {
            ip("-n", hub(), "link", "add", bridge, "type", "bridge");
            ip("-n", hub(), "link", "set", bridge, "up");
        }
        join("nodes", "to-demo", "mu" + tag + "n", "", "198.18." + subnet + ".1/24");
        join("sink", "to-sink", "mu" + tag + "s", "", sinkHost() + "/24");
        for (int node = 1; node <= nodes; node++) {
            namespace(space(node));
            ip("-n", space(node), "link", "set", "lo", "up");
            join("nodes", link(node), "nodes", space(node), host(node) + "/24");
            join("sink", "sink-" + node, "sink", space(node), "198.19." + subnet + "." + address(node) + "/24");
        }
    }

    private synchronized void namespace(String name) {
        if (closed) {
            throw notPermitted("the demo is ending");
        }
        // first, because Ctrl-C may also end the command that has just made it
        undo.push(List.of("netns", "delete", name));
        ip("netns", "add", name);
    }

    /** Plugs a cable into a bridge of the hub; its other end, {@code name}, is in a namespace, "" for that of this process. */
    private void join(String bridge, String plug, String name, String namespace, String address) {
        List<String> add = new ArrayList<>(
                List.of("-n", hub(), "link", "add", plug, "type", "veth", "peer", "name", name, "netns"));
        add.add(namespace.isEmpty() ? Long.toString(ProcessHandle.current().pid()) : namespace);
        ip(add.toArray(String[]::new));
        ip("-n", hub(), "link", "set", plug, "master", bridge, "up");
        List<String> there = namespace.isEmpty() ? List.of() : List.of("-n", namespace);
        ip(with(there, "addr", "add", address, "dev", name));
        ip(with(there, "link", "set", name, "up"));
    }

    private static String[] with(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private String hub() {
        return "muster-" + tag + "-hub";
    }

    private String space(int node) {
        return "muster-" + tag + "-" + node;
    }

    private static String link(int node) {
        return "node-" + node;
    }

    private static int address(int node) {
        return FIRST_NODE_ADDRESS + node;
    }

    /** Where a node listens. */
    String host(int node) {
        return "198.18." + subnet + "." + address(node);
    }

    /** Where the witness sink is to listen. */
    String sinkHost() {
        return "198.19." + subnet + ".1";
    }

    /** What a node's command begins with; the process it becomes keeps its id. */
    List<String> inside(int node) {
        return List.of("ip", "netns", "exec", space(node));
    }

    /** Pulls the plug of a node's link to all others; that to the sink stays. */
    void cut(int node) {
        ip("-n", hub(), "link", "set", link(node), "down");
    }

    /** Plugs it in again. */
    void heal(int node) {
        ip("-n", hub(), "link", "set", link(node), "up");
    }

    /** Takes everything down. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        while (!undo.isEmpty()) {
            List<String> step = undo.pop();
            try {
                ip(step.toArray(String[]::new));
            } catch (MusterException alreadyGone) {
                // the rest is taken down all the same
            }
        }
    }

    private static String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw notPermitted("'" + String.join(" ", command) + "' says: "
                        + said.lines().findFirst().orElse("nothing"));
            }
            return said;
        } catch (IOException e) {
            throw notPermitted("there is no 'ip' command");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notPermitted("it was interrupted");
        }
    }

    private static MusterException notPermitted(String why) {
        return new MusterException(
                ErrorCode.FAILED_PRECONDITION,
                "--fault partition makes network namespaces, which needs root and iproute2 on Linux, and that did not work"
                        + " here (" + why + "); --fault pause needs neither.");
    }
}
