package io.muster.it.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Each node in a network namespace of its own, all joined by a hub namespace that routes between them and drops what it is
 * told to drop. Thread-safe.
 *
 * <p>A cut is one rule in the hub for one direction of one pair: packets vanish, nobody is told, as when a switch fails; so a
 * full, a partial and a one-way partition are each a set of such rules. This process is joined to the hub as well and reaches
 * every node whatever is cut. Everything made carries the prefix {@value #PREFIX} and the id of the process that made it;
 * what a process that is gone has left behind is removed by the next.
 */
public final class NetworkLab implements Places, AutoCloseable {
    private static final String PREFIX = "mlab";
    private static final Pattern LEFTOVER = Pattern.compile(PREFIX + "-(\\d+)-\\S+");
    private static final AtomicInteger LABS = new AtomicInteger();
    /** 198.18.0.0/15 is set aside for tests of networks. */
    private static final String NET = "198.18.";

    private static final int SUBNETS_TRIED = 20;
    private static final int MAX_NODES = 99;

    /** Packets from one node to another. */
    public record Direction(int from, int to) {}

    private final int nodes;
    private final String name;
    private final String outside;
    private final Map<Direction, Integer> cuts = new HashMap<>();
    private String subnet = "";

    private NetworkLab(int nodes) {
        this.nodes = nodes;
        long pid = ProcessHandle.current().pid();
        int number = LABS.incrementAndGet();
        this.name = PREFIX + "-" + pid + "-" + number + "-";
        this.outside = "ml" + pid + "x" + number;
    }

    /** Why there can be no lab on this machine; empty if there can. */
    public static Optional<String> impossible() {
        if (!Shell.attempt("ip -V").ok()) {
            return Optional.of("the network lab needs the ip command (Debian package iproute2)");
        }
        String probe = PREFIX + "-" + ProcessHandle.current().pid() + "-probe";
        Shell.Result made = Shell.attempt("ip netns add " + probe);
        if (!made.ok()) {
            return Optional.of("the network lab needs the right to make network namespaces (root): " + made.output());
        }
        try {
            return Stream.of(
                            Shell.attempt("ip -n " + probe + " link add v0 type veth peer name v1"),
                            Shell.attempt("ip -n " + probe + " rule add from 198.18.0.1 type blackhole pref 7"),
                            forward(probe))
                    .filter(step -> !step.ok())
                    .findFirst()
                    .map(step -> "the network lab needs veth pairs, policy routing and forwarding: " + step.output());
        } finally {
            Shell.attempt("ip netns del " + probe);
        }
    }

    /** Makes places for nodes 1 to {@code nodes}. */
    public static NetworkLab create(int nodes) {
        if (nodes < 1 || nodes > MAX_NODES) {
            throw new IllegalArgumentException(nodes + " nodes; the lab has room for 1 to " + MAX_NODES);
        }
        removeLeftovers();
        var lab = new NetworkLab(nodes);
        try {
            lab.build();
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
        return lab;
    }

    private static void removeLeftovers() {
        for (String line : Shell.run("ip netns list").lines().toList()) {
            Matcher made = LEFTOVER.matcher(line.split(" ", 2)[0]);
            if (made.matches() && !isRunning(Long.parseLong(made.group(1)))) {
                System.out.println("network lab: removing " + made.group() + ", left behind by a process that is gone");
                remove(made.group());
            }
        }
    }

    private static boolean isRunning(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }

    /** Ends what runs in a namespace, by process id, and removes it; its network devices go with it. */
    private static void remove(String namespace) {
        Shell.attempt("ip netns pids " + namespace)
                .output()
                .lines()
                .filter(line -> line.matches("\\d+"))
                .map(Long::parseLong)
                .map(ProcessHandle::of)
                .flatMap(Optional::stream)
                .forEach(ProcessHandle::destroyForcibly);
        Shell.attempt("ip netns del " + namespace);
    }

    private String hub() {
        return name + "hub";
    }

    private String namespace(int node) {
        return name + "n" + node;
    }

    private void build() {
        Shell.run("ip netns add " + hub());
        Shell.run("ip -n " + hub() + " link set lo up");
        Shell.run("ip link add " + outside + " type veth peer name outside netns " + hub());
        Shell.run("ip link set " + outside + " up");
        Shell.run("ip -n " + hub() + " link set outside up");
        joinThisProcess();
        Shell.run("ip -n " + hub() + " addr add " + host(1) + "/32 dev lo");
        Shell.run("ip -n " + hub() + " route add " + address(0) + " dev outside");
        Shell.Result forwards = forward(hub());
        if (!forwards.ok()) {
            throw new IllegalStateException("cannot switch on forwarding: " + forwards.output());
        }
        for (int node = 1; node <= nodes; node++) {
            join(node);
        }
    }

    /** Takes the first subnet that nobody uses; adding the route is the test for that. */
    private void joinThisProcess() {
        long start = ProcessHandle.current().pid();
        Shell.Result last = new Shell.Result(1, "");
        for (int i = 0; i < SUBNETS_TRIED; i++) {
            subnet = NET + (start + i * 13L) % 256 + ".";
            if (Shell.run("ip -o addr show").contains(" " + subnet)) {
                continue;
            }
            last = Shell.attempt("ip route add " + subnet + "0/24 via " + host(1) + " dev " + outside + " onlink");
            if (last.ok()) {
                Shell.run("ip addr add " + address(0) + "/32 dev " + outside);
                return;
            }
        }
        throw new IllegalStateException("no free subnet below " + NET + "0.0/16: " + last.output());
    }

    private void join(int node) {
        String inside = "ip -n " + namespace(node);
        String here = "ip -n " + hub();
        Shell.run("ip netns add " + namespace(node));
        Shell.run(here + " link add n" + node + " type veth peer name eth0 netns " + namespace(node));
        Shell.run(inside + " link set lo up");
        Shell.run(inside + " addr add " + address(node) + "/32 dev eth0");
        Shell.run(inside + " link set eth0 up");
        Shell.run(inside + " route add " + host(1) + " dev eth0");
        Shell.run(inside + " route add default via " + host(1));
        Shell.run(here + " link set n" + node + " up");
        Shell.run(here + " route add " + address(node) + " dev n" + node);
    }

    private static Shell.Result forward(String namespace) {
        return Shell.attempt(
                List.of("ip", "netns", "exec", namespace, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"));
    }

    private String host(int number) {
        return subnet + number;
    }

    /** The node's address; that of this process for 0. */
    @Override
    public String address(int node) {
        return host(node == 0 ? 2 : 100 + node);
    }

    @Override
    public List<String> launcher(int node) {
        return List.of("ip", "netns", "exec", namespace(node));
    }

    // ---- faults

    /** Drops what {@code from} sends to {@code to}. Cuts add up: as many heals bring the direction back. */
    public synchronized void cut(Direction direction) {
        if (cuts.merge(direction, 1, Integer::sum) == 1) {
            Shell.run("ip -n " + hub() + " rule add from " + address(direction.from()) + " to "
                    + address(direction.to()) + " type blackhole pref " + preference(direction));
        }
    }

    public synchronized void heal(Direction direction) {
        if (cuts.getOrDefault(direction, 0) == 0) {
            throw new IllegalStateException(direction + " is not cut");
        }
        if (cuts.merge(direction, -1, Integer::sum) == 0) {
            Shell.run("ip -n " + hub() + " rule del pref " + preference(direction));
        }
    }

    private static int preference(Direction direction) {
        return 1000 + direction.from() * 100 + direction.to();
    }

    /** True if the kernel can hold a link to a rate; delay and loss (netem) are not asked for. */
    public boolean canSlowLinks() {
        boolean can = Shell.attempt(slow(1, 1000)).ok();
        if (can) {
            fast(1);
        }
        return can;
    }

    /** Lets the node send and receive at most {@code kbit} kilobits a second; what does not fit waits, up to two seconds. */
    public void slowDown(int node, int kbit) {
        Shell.run(slow(node, kbit));
        Shell.run("tc -n " + namespace(node) + " qdisc replace dev eth0 root tbf rate " + kbit
                + "kbit burst 16kb latency 2s");
    }

    private String slow(int node, int kbit) {
        return "tc -n " + hub() + " qdisc replace dev n" + node + " root tbf rate " + kbit
                + "kbit burst 16kb latency 2s";
    }

    private void fast(int node) {
        Shell.run("tc -n " + hub() + " qdisc del dev n" + node + " root");
    }

    /** Ends {@link #slowDown}. */
    public void speedUp(int node) {
        fast(node);
        Shell.run("tc -n " + namespace(node) + " qdisc del dev eth0 root");
    }

    @Override
    public void close() {
        for (int node = 1; node <= nodes; node++) {
            if (exists(namespace(node))) {
                remove(namespace(node));
            }
        }
        if (exists(hub())) {
            remove(hub());
        }
    }

    private static boolean exists(String namespace) {
        return Files.exists(Path.of("/var/run/netns", namespace));
    }
}
