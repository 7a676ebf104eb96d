package io.muster.it;

import io.muster.it.lab.NetworkLab;
import io.muster.it.lab.NetworkLab.Direction;
import io.muster.it.lab.WallClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Does harm, one fault after the other, on two lanes at once: one for processes and their clocks, one for the network. What
 * it does and for how long comes from the seed alone. It heals each of its faults itself. {@link #stop} and the counts may be
 * called by any thread.
 */
final class Nemesis {
    private static final int REST_MIN_MS = 300;
    private static final int REST_MAX_MS = 2_000;
    private static final int HOLD_MIN_MS = 400;
    private static final int HOLD_MAX_MS = 5_000;
    private static final int SLOW_KBIT_MIN = 200;
    private static final int SLOW_KBIT_MAX = 2_000;

    /** A node that was started is given this long to listen before the next fault, so that not all time goes into starts. */
    private static final int LISTENS_MS_MAX = 20_000;

    private static final int LISTENS_STEP_MS = 100;

    private static final List<FaultKind> TO_PROCESSES = List.of(
            FaultKind.KILL,
            FaultKind.KILL,
            FaultKind.KILL,
            FaultKind.PAUSE,
            FaultKind.PAUSE,
            FaultKind.PAUSE,
            FaultKind.RESTART,
            FaultKind.RESTART,
            FaultKind.CLOCK,
            FaultKind.CLOCK,
            FaultKind.CLOCK,
            FaultKind.KILL_ALL);
    private static final List<FaultKind> TO_NETWORK = List.of(
            FaultKind.ISOLATE,
            FaultKind.SPLIT,
            FaultKind.PARTIAL,
            FaultKind.MUTE,
            FaultKind.DEAF,
            FaultKind.ONE_WAY,
            FaultKind.FLAP,
            FaultKind.SLOW);

    private final long seed;
    private final NetworkLab lab;
    private final List<NodeProcess> nodes;
    private final Map<Integer, WallClock> clocks;
    private final boolean canSlowLinks;
    private volatile long startNanos;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<Thread> lanes = new ArrayList<>();
    private final Map<FaultKind, Integer> done = new EnumMap<>(FaultKind.class);
    private final List<String> diary = Collections.synchronizedList(new ArrayList<>());
    private final List<String> surprises = Collections.synchronizedList(new ArrayList<>());

    /** @param clocks by node id; empty if clocks cannot be set off here */
    Nemesis(long seed, NetworkLab lab, List<NodeProcess> nodes, Map<Integer, WallClock> clocks) {
        this.seed = seed;
        this.lab = lab;
        this.nodes = nodes;
        this.clocks = clocks;
        this.canSlowLinks = lab.canSlowLinks();
    }

    boolean canSlowLinks() {
        return canSlowLinks;
    }

    void start() {
        startNanos = System.nanoTime();
        lane("nemesis-processes", TO_PROCESSES, new Random(seed));
        lane("nemesis-network", TO_NETWORK, new Random(seed + 1));
    }

    private void lane(String name, List<FaultKind> kinds, Random random) {
        Thread lane = new Thread(
                () -> {
                    while (!rest(REST_MIN_MS + random.nextInt(REST_MAX_MS - REST_MIN_MS))) {
                        FaultKind kind = kinds.get(random.nextInt(kinds.size()));
                        if (isPossible(kind)) {
                            harm(kind, random);
                        }
                    }
                },
                name);
        lane.setUncaughtExceptionHandler((t, e) -> surprises.add(name + " ended: " + e));
        lane.setDaemon(true);
        lanes.add(lane);
        lane.start();
    }

    private boolean isPossible(FaultKind kind) {
        return switch (kind) {
            case CLOCK -> !clocks.isEmpty();
            case SLOW -> canSlowLinks;
            default -> true;
        };
    }

    /** Does no further harm, and returns when the last fault is healed and every node runs. */
    void stop() throws InterruptedException {
        stopped.countDown();
        for (Thread lane : lanes) {
            lane.join();
        }
        nodes.forEach(this::expectAlive);
        note("all is healed");
    }

    int faults() {
        synchronized (done) {
            return done.values().stream().mapToInt(i -> i).sum();
        }
    }

    Map<FaultKind, Integer> byKind() {
        synchronized (done) {
            return new EnumMap<>(done);
        }
    }

    /** What was done and when, for people. */
    List<String> diary() {
        return List.copyOf(diary);
    }

    /** What nobody did and happened: a node that ended by itself, a fault that could not be made. */
    List<String> surprises() {
        return List.copyOf(surprises);
    }

    private void note(String what) {
        diary.add("%6.1f s  %s".formatted((System.nanoTime() - startNanos) / 1e9, what));
    }

    /** Waits; true if it is time to stop. */
    private boolean rest(long ms) {
        try {
            return stopped.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void harm(FaultKind kind, Random random) {
        int holdMs = HOLD_MIN_MS + random.nextInt(HOLD_MAX_MS - HOLD_MIN_MS);
        NodeProcess node = nodes.get(random.nextInt(nodes.size()));
        switch (kind) {
            case KILL -> kill(List.of(node), holdMs);
            case KILL_ALL -> kill(nodes, holdMs / 4);
            case RESTART -> restart(node);
            case PAUSE -> pause(node, holdMs);
            case CLOCK -> stepClock(node.id(), holdMs, random);
            case ISOLATE -> cut(kind, holdMs, both(List.of(node.id()), others(node.id())));
            case MUTE -> cut(kind, holdMs, directions(List.of(node.id()), others(node.id())));
            case DEAF -> cut(kind, holdMs, directions(others(node.id()), List.of(node.id())));
            case SPLIT -> {
                List<Integer> shuffled = new ArrayList<>(ids());
                Collections.shuffle(shuffled, random);
                int at = 1 + random.nextInt(shuffled.size() - 1);
                cut(kind, holdMs, both(shuffled.subList(0, at), shuffled.subList(at, shuffled.size())));
            }
            case PARTIAL -> cut(kind, holdMs, both(List.of(node.id()), List.of(other(node.id(), random))));
            case ONE_WAY -> cut(kind, holdMs, directions(List.of(node.id()), List.of(other(node.id(), random))));
            case FLAP -> flap(node.id(), random);
            case SLOW -> slow(node.id(), holdMs, random);
        }
        synchronized (done) {
            done.merge(kind, 1, Integer::sum);
        }
    }

    private List<Integer> ids() {
        return nodes.stream().map(NodeProcess::id).toList();
    }

    private List<Integer> others(int id) {
        return ids().stream().filter(i -> i != id).toList();
    }

    private int other(int id, Random random) {
        List<Integer> others = others(id);
        return others.get(random.nextInt(others.size()));
    }

    private static List<Direction> directions(List<Integer> from, List<Integer> to) {
        return from.stream()
                .flatMap(a -> to.stream().map(b -> new Direction(a, b)))
                .toList();
    }

    private static List<Direction> both(List<Integer> some, List<Integer> rest) {
        List<Direction> all = new ArrayList<>(directions(some, rest));
        all.addAll(directions(rest, some));
        return all;
    }

    // ---- processes

    private void expectAlive(NodeProcess node) {
        if (!node.isAlive()) {
            surprises.add(
                    "node " + node.id() + " ended by itself, exit code " + node.awaitExit(1) + "\n" + node.tail());
            node.start();
        }
    }

    private void kill(List<NodeProcess> victims, int holdMs) {
        victims.forEach(this::expectAlive);
        note("kill -9 of " + names(victims) + ", back after " + holdMs + " ms");
        victims.forEach(NodeProcess::kill);
        rest(holdMs);
        victims.forEach(NodeProcess::start);
        victims.forEach(this::awaitListening);
    }

    private void awaitListening(NodeProcess node) {
        long began = System.nanoTime();
        while (node.isAlive() && !listens(node) && !rest(LISTENS_STEP_MS)) {
            if (System.nanoTime() - began > TimeUnit.MILLISECONDS.toNanos(LISTENS_MS_MAX)) {
                return;
            }
        }
    }

    private static boolean listens(NodeProcess node) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(node.host(), node.rpcPort()), LISTENS_STEP_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void restart(NodeProcess node) {
        expectAlive(node);
        note("SIGTERM to node " + node.id());
        int exit = node.stop();
        if (exit != 0 && exit != 143) {
            surprises.add("node " + node.id() + " ended with code " + exit + " after SIGTERM\n" + node.tail());
        }
        note("node " + node.id() + " has stopped, and starts");
        node.start();
        awaitListening(node);
    }

    private void pause(NodeProcess node, int holdMs) {
        expectAlive(node);
        note("node " + node.id() + " is stopped for " + holdMs + " ms");
        node.pause();
        rest(holdMs);
        node.resume();
    }

    private void stepClock(int id, int holdMs, Random random) {
        WallClock clock = clocks.get(id);
        if (clock == null) {
            return;
        }
        Duration step = Duration.ofSeconds((random.nextBoolean() ? 1 : -1) * (1L + random.nextInt(86_400)));
        note("the wall clock of node " + id + " steps by " + step + " for " + holdMs + " ms");
        clock.set(step);
        rest(holdMs);
        clock.set(Duration.ZERO);
    }

    private static String names(List<NodeProcess> some) {
        return some.stream().map(n -> "node " + n.id()).toList().toString();
    }

    // ---- network

    private void cut(FaultKind kind, int holdMs, List<Direction> directions) {
        note(kind + " for " + holdMs + " ms: "
                + directions.stream().map(d -> d.from() + ">" + d.to()).toList());
        directions.forEach(lab::cut);
        rest(holdMs);
        directions.forEach(lab::heal);
    }

    private void flap(int id, Random random) {
        List<Direction> directions = both(List.of(id), others(id));
        int times = 3 + random.nextInt(6);
        note("the link of node " + id + " comes and goes " + times + " times");
        IntStream.range(0, times).forEach(i -> {
            directions.forEach(lab::cut);
            rest(50 + random.nextInt(300));
            directions.forEach(lab::heal);
            rest(50 + random.nextInt(300));
        });
    }

    private void slow(int id, int holdMs, Random random) {
        int kbit = SLOW_KBIT_MIN + random.nextInt(SLOW_KBIT_MAX - SLOW_KBIT_MIN);
        note("node " + id + " has " + kbit + " kbit/s for " + holdMs + " ms");
        lab.slowDown(id, kbit);
        rest(holdMs);
        lab.speedUp(id);
    }
}
