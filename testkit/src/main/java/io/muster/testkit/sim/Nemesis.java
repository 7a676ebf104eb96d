package io.muster.testkit.sim;

import io.muster.metadata.log.memory.InMemoryQuorum;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;

/** Breaks things at random, each for a while, until it is told to heal everything. Not thread-safe. */
final class Nemesis {
    private static final long MS = 1_000_000;
    private static final long DAY_MS = 24 * 3600 * 1000L;

    /** What it does by itself; the others come of these, or from the application. */
    private static final List<FaultKind> STRIKES =
            List.copyOf(EnumSet.complementOf(EnumSet.of(FaultKind.LOST_TAIL, FaultKind.CALLBACK_THROWS)));

    private final SimCluster cluster;
    private final SplittableRandom random;
    private final EventQueue queue;
    private final DiskFaults disks;
    private boolean active;
    private long generation;

    Nemesis(SimCluster cluster, SplittableRandom random) {
        this.cluster = cluster;
        this.random = random;
        this.queue = cluster.queue();
        this.disks = new DiskFaults(cluster);
    }

    void start() {
        active = true;
        cluster.faulty(true);
        generation++;
        next();
    }

    private void next() {
        long mine = generation;
        long meanNs = cluster.plan().faultEveryMs() * MS;
        queue.after(random.nextLong(2 * meanNs), () -> {
            if (active && mine == generation) {
                strike();
                next();
            }
        });
    }

    /** Undoes what is undone later only if this round of faults still lasts; {@link #heal} undoes the rest. */
    private void later(long maxMs, Runnable undo) {
        long mine = generation;
        queue.after(random.nextLong(maxMs * MS), () -> {
            if (mine == generation) {
                undo.run();
            }
        });
    }

    private int anyNode() {
        return 1 + random.nextInt(cluster.plan().nodes());
    }

    private int anyVoter() {
        return 1 + random.nextInt(cluster.plan().voters());
    }

    private int otherNode(int id) {
        int other = anyNode();
        return other == id ? other % cluster.plan().nodes() + 1 : other;
    }

    /** A random voter that leads now, or any node. */
    private int preferredVictim() {
        int leader = cluster.quorum().leader();
        return leader > 0 && random.nextInt(3) == 0 ? leader : anyNode();
    }

    private void strike() {
        FaultKind kind = STRIKES.get(random.nextInt(STRIKES.size()));
        if (strike(kind)) {
            cluster.count(kind);
            cluster.trace(() -> "fault: " + kind);
        }
    }

    private boolean strike(FaultKind kind) {
        return switch (kind) {
            case KILL -> kill(false, 20_000);
            case DARK -> kill(true, 20_000);
            case FAST_RESTART -> kill(false, 300);
            case PAUSE -> pause();
            case ISOLATION -> isolate();
            case CUT -> cut(true);
            case ONE_WAY_CUT -> cut(false);
            case RESET -> cluster.network().breakOne();
            case SLOW_NETWORK -> slow();
            case ELECTION -> elect();
            case LATE_APPENDS -> holdAppends();
            case LAGGING_VOTER -> lag();
            case SNAPSHOT_INSTALL -> installSnapshot();
            case WIPED_DISK -> wipe();
            case STALE_DISK -> cutLog();
            case SLOW_DISK -> slowDisk();
            case WALL_CLOCK_STEP -> stepWallClock();
            case DUPLICATES -> duplicate();
            case CONTROLLER_CHASE -> chase(2 + random.nextInt(4));
            case ROLLING_RESTART -> rollingRestart();
            case STALLED_LOOP -> stall();
            case UNHEALTHY -> unhealthy();
            case GRACEFUL_STOP -> gracefulStop();
            case CALLBACK_HANGS -> hang();
            case LOST_TAIL, CALLBACK_THROWS -> false;
        };
    }

    private boolean kill(boolean dark, long downMaxMs) {
        int id = preferredVictim();
        SimNode node = cluster.node(id);
        if (!node.runs()) {
            return false;
        }
        node.dark = dark;
        cluster.kill(id);
        later(downMaxMs, () -> cluster.start(id));
        return true;
    }

    private boolean pause() {
        SimProcess process = cluster.node(preferredVictim()).process;
        if (process == null || process.isDead() || process.isPaused()) {
            return false;
        }
        process.pause();
        later(random.nextBoolean() ? 2500 : 15_000, process::resume);
        return true;
    }

    private boolean isolate() {
        int id = preferredVictim();
        for (int other = 1; other <= cluster.plan().nodes(); other++) {
            if (other != id) {
                cluster.network().cut(id, other);
                cluster.network().cut(other, id);
            }
        }
        later(15_000, () -> {
            for (int other = 1; other <= cluster.plan().nodes(); other++) {
                cluster.network().heal(id, other);
                cluster.network().heal(other, id);
            }
        });
        return true;
    }

    private boolean cut(boolean bothWays) {
        int from = preferredVictim();
        int to = otherNode(from);
        if (from == to) {
            return false;
        }
        cluster.network().cut(from, to);
        if (bothWays) {
            cluster.network().cut(to, from);
        }
        later(15_000, () -> {
            cluster.network().heal(from, to);
            cluster.network().heal(to, from);
        });
        return true;
    }

    private boolean slow() {
        cluster.network().slow(50 + random.nextInt(400), 100 + random.nextLong(1500));
        later(8000, () -> cluster.network().slow(5, 200));
        return true;
    }

    private boolean elect() {
        int kept = random.nextInt(cluster.memory().tailLength() + 1);
        cluster.quorum().elect(anyVoter(), kept);
        return true;
    }

    private boolean holdAppends() {
        int leader = cluster.quorum().leader();
        if (leader < 0) {
            return false;
        }
        InMemoryQuorum memory = cluster.memory();
        memory.hold(leader);
        // Long enough, sometimes, for others to lead in between; what was held lands all the same.
        if (random.nextBoolean()) {
            later(300, () -> cluster.quorum().elect(anyVoter(), 0));
        }
        queue.after(100 * MS + random.nextLong(1500 * MS), memory::releaseHeld);
        return true;
    }

    private boolean lag() {
        cluster.quorum().lag(anyVoter());
        later(10_000, () -> cluster.quorum().lag(-1));
        return true;
    }

    private boolean installSnapshot() {
        int leader = cluster.quorum().leader();
        int to = anyVoter();
        SimVoter target = cluster.voter(to);
        if (leader < 0 || leader == to || target == null || target.process().isPaused()) {
            return false;
        }
        cluster.memory().takeSnapshot(leader);
        return cluster.memory().installSnapshot(leader, to);
    }

    private boolean wipe() {
        int id = anyVoter();
        boolean wiped = disks.wipe(id);
        later(5000, () -> cluster.start(id));
        return wiped;
    }

    private boolean cutLog() {
        int id = anyVoter();
        boolean cut = disks.cut(id);
        later(8000, () -> disks.replaceCut(id));
        return cut;
    }

    private boolean slowDisk() {
        cluster.quorum().slowDisk(anyVoter(), 20 + random.nextLong(1500));
        later(10_000, () -> cluster.quorum().slowDisk(-1, 1));
        return true;
    }

    private boolean stepWallClock() {
        cluster.node(preferredVictim()).wallOffMs = random.nextLong(-DAY_MS, DAY_MS);
        return true;
    }

    private boolean duplicate() {
        cluster.network().duplicate(50 + random.nextInt(400));
        later(10_000, () -> cluster.network().duplicate(0));
        return true;
    }

    /** Kills the controller, and as soon as there is another, that one. Each comes back a moment later. */
    private boolean chase(int times) {
        int leader = cluster.quorum().leader();
        if (leader < 0) {
            return false;
        }
        kill(leader);
        if (times > 1) {
            chaseNext(times - 1, 40);
        }
        return true;
    }

    private void kill(int id) {
        cluster.kill(id);
        later(1500, () -> cluster.start(id));
    }

    private void chaseNext(int times, int patience) {
        long mine = generation;
        queue.after(100 * MS, () -> {
            if (mine != generation || patience == 0) {
                return;
            }
            SimVoter controller = cluster.controller();
            if (controller == null) {
                chaseNext(times, patience - 1);
                return;
            }
            kill(controller.id());
            if (times > 1) {
                chaseNext(times - 1, patience);
            }
        });
    }

    private boolean rollingRestart() {
        restartFrom(1);
        return true;
    }

    private void restartFrom(int id) {
        if (id > cluster.plan().nodes()) {
            return;
        }
        SimNode node = cluster.node(id);
        SimBroker broker = node.broker;
        if (broker != null && node.runs()) {
            broker.stop();
        } else {
            cluster.kill(id);
        }
        long mine = generation;
        queue.after(1500 * MS + random.nextLong(3000 * MS), () -> {
            if (mine == generation) {
                cluster.kill(id);
                cluster.start(id);
                queue.after(random.nextLong(2000 * MS), () -> {
                    if (mine == generation) {
                        restartFrom(id + 1);
                    }
                });
            }
        });
    }

    private boolean stall() {
        SimVoter controller = cluster.controller();
        if (controller == null) {
            return false;
        }
        controller.stall(true);
        queue.after(random.nextLong(12_000 * MS), () -> controller.stall(false));
        return true;
    }

    private boolean unhealthy() {
        SimBroker broker = cluster.node(anyNode()).broker;
        if (broker == null) {
            return false;
        }
        broker.health("planted");
        queue.after(random.nextLong(8000 * MS), () -> broker.health(""));
        return true;
    }

    private boolean gracefulStop() {
        SimNode node = cluster.node(anyNode());
        SimBroker broker = node.broker;
        if (broker == null || !node.runs()) {
            return false;
        }
        broker.stop();
        later(20_000, () -> {
            if (node.left) {
                cluster.start(node.id);
            }
        });
        return true;
    }

    private boolean hang() {
        SimBroker broker = cluster.node(anyNode()).broker;
        if (broker == null) {
            return false;
        }
        broker.hang(true);
        queue.after(random.nextLong(6000 * MS), () -> broker.hang(false));
        return true;
    }

    /** The last fault ends: every link, process and node is well again. */
    void heal() {
        active = false;
        generation++;
        cluster.faulty(false);
        cluster.network().healAll();
        cluster.quorum().lag(-1);
        cluster.quorum().slowDisk(-1, 1);
        List<SimNode> nodes = new ArrayList<>(cluster.nodes());
        for (SimNode node : nodes) {
            node.wallOffMs = 0;
            disks.replaceCut(node.id);
            if (node.process != null && node.process.isPaused()) {
                node.process.resume();
            }
            if (node.voter != null) {
                node.voter.stall(false);
            }
            if (node.broker != null) {
                node.broker.health("");
                node.broker.hang(false);
            }
            cluster.start(node.id);
        }
        cluster.trace(() -> "everything is healed");
    }
}
