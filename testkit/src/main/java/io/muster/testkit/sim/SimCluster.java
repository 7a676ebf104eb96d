package io.muster.testkit.sim;

import io.muster.agent.AgentSettings;
import io.muster.controller.ControllerSettings;
import io.muster.controller.liveness.ProbeResult;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.testkit.InvariantBroken;
import io.muster.testkit.Invariants;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The nodes of one run, what connects them, and what watches them. Not thread-safe. */
final class SimCluster {
    private static final long MS = 1_000_000;
    private static final long WALL_START_MS = 1_700_000_000_000L;
    private static final int PORT = 9000;
    private static final int TRACE_LINES = 400;

    private final SimPlan plan;
    private final PlantedBugs bugs;
    private final ControllerSettings settings;
    private final SplittableRandom random;
    private final EventQueue queue = new EventQueue();
    private final SimNetwork network;
    private final Invariants invariants = new Invariants(16);
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<Integer> voterIds;
    private final SimQuorum quorum;
    private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
    private final Deque<String> trace = new ArrayDeque<>();
    private boolean faulty;
    private long steps;
    private @Nullable RuntimeException defect;

    SimCluster(SimPlan plan, PlantedBugs bugs) {
        this.plan = plan;
        this.bugs = bugs;
        this.random = new SplittableRandom(plan.seed() * 31 + 7);
        this.settings = settings(plan);
        this.network = new SimNetwork(queue, random.split());
        this.voterIds = IntStream.rangeClosed(1, plan.voters()).boxed().toList();
        for (int id = 1; id <= plan.nodes(); id++) {
            long drift = plan.driftPpm() == 0 ? 0 : random.nextLong(-plan.driftPpm(), plan.driftPpm() + 1);
            nodes.add(new SimNode(id, new NodeClock(queue, random.nextLong(1L << 50), drift)));
        }
        this.quorum = new SimQuorum(this, voterIds, random.split());
        nodes.forEach(n -> queue.after(random.nextLong(500 * MS), () -> start(n.id)));
    }

    private static ControllerSettings settings(SimPlan plan) {
        ControllerSettings d = ControllerSettings.DEFAULTS;
        return new ControllerSettings(
                d.heartbeatIntervalMs(),
                d.rpcTimeoutMs(),
                d.leaseMs(),
                d.sessionTimeoutMs(),
                d.driftMarginMs(),
                plan.replacementDelayMs(),
                d.balanceIntervalMs(),
                d.movesInFlightMax(),
                d.releaseTimeoutMs(),
                d.proofOfDeath(),
                d.maxLostShare(),
                d.maxQueue(),
                d.entriesInFlightMax(),
                d.batchesPerEntryMax(),
                d.bytesPerEntryMax());
    }

    // ---- what its parts share

    SimPlan plan() {
        return plan;
    }

    EventQueue queue() {
        return queue;
    }

    SimNetwork network() {
        return network;
    }

    Invariants invariants() {
        return invariants;
    }

    PlantedBugs bugs() {
        return bugs;
    }

    SimQuorum quorum() {
        return quorum;
    }

    ControllerSettings settings() {
        return settings;
    }

    String clusterId() {
        return "sim-" + plan.seed();
    }

    long wallMs() {
        return WALL_START_MS + queue.nowNs() / MS;
    }

    List<Integer> voterIds() {
        return voterIds;
    }

    String endpointOf(int node) {
        return "n" + node + ":" + PORT;
    }

    int nodeOf(String endpoint) {
        return Integer.parseInt(endpoint.substring(1, endpoint.indexOf(':')));
    }

    SimNode node(int id) {
        return nodes.get(id - 1);
    }

    List<SimNode> nodes() {
        return nodes;
    }

    @Nullable
    SimVoter voter(int node) {
        return node < 1 || node > nodes.size() ? null : node(node).voter;
    }

    /** The voter that acts as controller, reaches a majority and runs; or null. */
    @Nullable
    SimVoter controller() {
        int leader = quorum.leader();
        SimVoter voter = leader < 0 ? null : voter(leader);
        return voter != null && voter.isController() ? voter : null;
    }

    boolean isFaulty() {
        return faulty;
    }

    void faulty(boolean on) {
        faulty = on;
    }

    void count(FaultKind kind) {
        faults.merge(kind, 1L, Long::sum);
    }

    Map<FaultKind, Long> faults() {
        return faults;
    }

    void trace(Supplier<String> line) {
        if (trace.size() >= TRACE_LINES) {
            trace.removeFirst();
        }
        trace.addLast(String.format("%10.3f s  %s", queue.nowNs() / 1e9, line.get()));
    }

    List<String> trace() {
        return List.copyOf(trace);
    }

    // ---- steps

    /** Something happened: look whether everything still holds. The more a look costs, the rarer it is. */
    void stepped() {
        steps++;
        if (steps % 8 == 0) {
            invariants.checkOwners();
        }
        if (steps % 32 == 0) {
            checkDeadlines();
        }
        if (steps % 4096 == 0) {
            invariants.checkAll();
        }
    }

    /** Invariant 7. */
    private void checkDeadlines() {
        for (int id : voterIds) {
            SimVoter voter = voter(id);
            if (voter != null && voter.isLeading()) {
                List<Integer> missing = voter.liveness().liveWithoutDeadline(voter.image());
                if (!missing.isEmpty()) {
                    throw new InvariantBroken(7, "controller " + id + " has no deadline for brokers " + missing);
                }
            }
        }
    }

    /** Runs a callback whose exceptions its caller would swallow. */
    void guarded(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            if (defect == null) {
                defect = e;
            }
            throw e;
        }
    }

    void runFor(long ns) {
        long until = queue.nowNs() + ns;
        while (queue.step(until)) {
            if (invariants.firstBroken().isPresent()) {
                throw invariants.firstBroken().get();
            }
            if (defect != null) {
                throw defect;
            }
        }
    }

    // ---- what happens to nodes

    void start(int id) {
        SimNode node = node(id);
        if (node.runs()) {
            return;
        }
        node.starts++;
        node.dark = false;
        node.left = false;
        node.incarnation = "i-" + id + "-" + node.starts;
        SimProcess process = new SimProcess(queue, id);
        node.process = process;
        trace(() -> "node " + id + " starts as " + node.incarnation);
        if (plan.isVoter(id)) {
            SimVoter voter = new SimVoter(
                    this, process, node.clock, settings, quorum.memory().open(id));
            node.voter = voter;
            voter.start();
        }
        if (plan.isBroker(id)) {
            SimBroker broker = new SimBroker(this, process, node.clock, agentSettings(node), random.split());
            node.broker = broker;
            broker.start();
        }
    }

    private AgentSettings agentSettings(SimNode node) {
        return AgentSettings.builder(clusterId(), node.id, node.incarnation, node.directoryId)
                .advertised("n" + node.id, PORT)
                .bootstrapServers(voterIds.stream().map(this::endpointOf).toList())
                .heartbeatIntervalMs(settings.heartbeatIntervalMs())
                .rpcTimeoutMs(settings.rpcTimeoutMs())
                .leaseMs(settings.leaseMs())
                .releaseTimeoutMs(settings.releaseTimeoutMs())
                .build();
    }

    void kill(int id) {
        SimNode node = node(id);
        SimProcess process = node.process;
        if (process == null || process.isDead()) {
            return;
        }
        trace(() -> "node " + id + " dies");
        process.kill();
        quorum.memory().crash(id);
        node.voter = null;
        node.broker = null;
        invariants.crashed(id);
        network.died(process);
    }

    /** The agent has left in good order: its process ends. */
    void left(SimBroker broker) {
        SimNode node = node(broker.id());
        if (node.broker == broker) {
            trace(() -> "broker " + node.id + " has left: " + broker.core().because());
            node.left = true;
            queue.after(MS, () -> {
                if (node.broker == broker) {
                    kill(node.id);
                }
            });
        }
    }

    /** Asks the host of a broker whether the process is gone. */
    void probe(int from, String endpoint, String incarnation, ObjLongConsumer<ProbeResult> answer) {
        int target = nodeOf(endpoint);
        SimNode node = node(target);
        boolean silent = node.dark || !network.connected(from, target);
        if (silent) {
            answer.accept(
                    bugs.silenceIsProof() ? ProbeResult.gone("no answer") : ProbeResult.noProof("no answer"), 300 * MS);
        } else if (!node.runs()) {
            answer.accept(ProbeResult.gone("connection refused"), network.delayNs(from, target));
        } else if (!node.incarnation.equals(incarnation)) {
            answer.accept(ProbeResult.gone("another incarnation answers"), network.delayNs(from, target));
        } else {
            answer.accept(ProbeResult.noProof("it answers"), network.delayNs(from, target));
        }
    }

    /** Brokers whose process runs. */
    TreeSet<Integer> liveBrokers() {
        TreeSet<Integer> live = new TreeSet<>();
        nodes.stream().filter(n -> n.broker != null && n.runs() && !n.left).forEach(n -> live.add(n.id));
        return live;
    }

    InMemoryQuorum memory() {
        return quorum.memory();
    }
}
