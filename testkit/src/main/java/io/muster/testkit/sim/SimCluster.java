package io.muster.testkit.sim;

import io.muster.agent.AgentSettings;
import io.muster.agent.Partition;
import io.muster.controller.ControllerSettings;
import io.muster.controller.decide.Flapping;
import io.muster.controller.liveness.ProbeResult;
import io.muster.metadata.log.memory.InMemoryQuorum;
import io.muster.testkit.invariant.Invariants;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The nodes of one run, what connects them, and what watches them. Not thread-safe. */
final class SimCluster {
    private static final long MS = 1_000_000;
    private static final long WALL_START_MS = 1_700_000_000_000L;
    private static final int PORT = 9000;
    /** Every how many offsets the images of all voters are compared as a whole; every new one from a disk is. */
    private static final int WHOLE_EVERY = 256;

    private final SimPlan plan;
    private final PlantedBugs bugs;
    private final ControllerSettings settings;
    private final SplittableRandom random;
    private final EventQueue queue = new EventQueue();
    private final SimNetwork network;
    private final Invariants invariants = new Invariants(WHOLE_EVERY);
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<Integer> voterIds;
    private final SimQuorum quorum;
    private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
    private final SimStore store = new SimStore(this);
    private final ClusterView view = new ClusterView(this);
    private final Trace trace;
    private final @Nullable SimApplication application;
    private Function<Partition, Poison> poison = partition -> Poison.NONE;
    private boolean faulty;
    private long steps;
    private @Nullable Throwable defect;

    SimCluster(SimPlan plan, PlantedBugs bugs) {
        this(plan, bugs, null, null);
    }

    /**
     * @param application what runs on the brokers; null for one that is made up
     * @param lines hears everything that happens, in words; null if nobody wants to
     */
    SimCluster(SimPlan plan, PlantedBugs bugs, @Nullable SimApplication application, @Nullable Consumer<String> lines) {
        this.application = application;
        this.trace = new Trace(queue, lines);
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
                d.lossLimits(),
                // Short waits, so that those after the last fault end while the cluster converges.
                new Flapping(3, 600_000, 1000, 8000),
                d.parking(),
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

    @Nullable
    SimApplication application() {
        return application;
    }

    SimStore store() {
        return store;
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

    /** The wall clock of a node. */
    long wallMs(int node) {
        return WALL_START_MS + queue.nowNs() / MS + node(node).wallOffMs;
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

    /** From now on partitions may be poisonous. */
    void poison(Function<Partition, Poison> what) {
        poison = what;
    }

    Poison poisonOf(Partition partition) {
        return poison.apply(partition);
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
        trace.add(line);
    }

    List<String> trace() {
        return trace.lines();
    }

    // ---- steps

    /** Something happened: look whether everything still holds. The more a look costs, the rarer it is. */
    void stepped() {
        steps++;
        if (application != null) {
            askApplication(application);
        }
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
                invariants.checkDeadlines(id, voter.liveness().liveWithoutDeadline(voter.image()));
            }
        }
    }

    /** Runs a callback whose exceptions its caller would swallow. */
    void guarded(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            failed(e);
            throw e;
        }
    }

    private void askApplication(SimApplication asked) {
        try {
            asked.stepped(view);
        } catch (RuntimeException | AssertionError e) {
            failed(e);
            throw e;
        }
    }

    /** A check has failed, perhaps in a place where nobody would hear of it. */
    void failed(Throwable broken) {
        defect = defect == null ? broken : defect;
    }

    void runFor(long ns) {
        long until = queue.nowNs() + ns;
        while (queue.step(until)) {
            if (invariants.isBroken()) {
                throw invariants.firstBroken().orElseThrow();
            }
            if (defect instanceof RuntimeException e) {
                throw e;
            } else if (defect instanceof Error e) {
                throw e;
            }
        }
    }

    // ---- what happens to nodes

    void start(int id) {
        SimNode node = node(id);
        if (node.runs()) {
            return;
        }
        if (node.disk == DiskState.CUT) {
            trace(() -> "node " + id + " refuses to start: its log lost its tail");
            return;
        }
        if (node.left) {
            node.leadsUnderWay.clear();
        }
        node.starts++;
        node.dark = false;
        node.left = false;
        node.incarnation = "i-" + id + "-" + node.starts;
        SimProcess process = new SimProcess(queue, id);
        node.process = process;
        String incarnation = node.incarnation;
        trace(() -> "node " + id + " starts as " + incarnation);
        if (plan.isVoter(id)) {
            SimVoter voter = new SimVoter(
                    this, process, node.clock, settings, quorum.memory().open(id));
            node.voter = voter;
            voter.start();
        }
        if (plan.isBroker(id)) {
            AgentSettings agent = agentSettings(node);
            SimBroker broker = new SimBroker(this, process, node.clock, agent, random.split());
            node.broker = broker;
            broker.start();
        }
    }

    private AgentSettings agentSettings(SimNode node) {
        return AgentSettings.builder(clusterId(), node.id, node.incarnation, node.directoryId)
                .startNumber(node.starts)
                .advertised("n" + node.id, PORT)
                .bootstrapServers(voterIds.stream().map(this::endpointOf).toList())
                .heartbeatIntervalMs(settings.heartbeatIntervalMs())
                .rpcTimeoutMs(settings.rpcTimeoutMs())
                .leaseMs(settings.leaseMs())
                .releaseTimeoutMs(settings.releaseTimeoutMs())
                .diedLeading(List.copyOf(node.leadsUnderWay))
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
            String because = broker.core().because();
            trace(() -> "broker " + node.id + " has left: " + because);
            node.left = true;
            queue.after(MS, () -> {
                if (node.broker == broker) {
                    kill(node.id);
                }
            });
        }
    }

    SimView view() {
        return view;
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
