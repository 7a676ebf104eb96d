package io.muster.node;

import io.grpc.BindableService;
import io.muster.agent.Workload;
import io.muster.agent.core.AgentState;
import io.muster.agent.metrics.AgentMetrics;
import io.muster.agent.shell.Agent;
import io.muster.agent.work.LeadMarks;
import io.muster.controller.rpc.NodeService;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.node.config.ConfigKeys;
import io.muster.node.config.Endpoint;
import io.muster.node.config.NodeConfig;
import io.muster.node.config.Role;
import io.muster.node.http.HttpEndpoint;
import io.muster.node.metrics.NodeMeters;
import io.muster.node.rpc.LeaderWatch;
import io.muster.node.rpc.PeerDirectory;
import io.muster.node.rpc.RpcServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: a voter, a broker, or both, in this process. Thread-safe.
 *
 * <p>The gRPC port is open before the agent can hold a lease and closes after the agent's last guard: whoever finds it
 * refused knows that this process owns nothing.
 */
public final class MusterNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MusterNode.class);
    private static final long HEALTH_MS = 500;
    /** In the storage directory: which leads are under way. */
    private static final String LEADS_UNDER_WAY = "leads.underway";

    private static final long AWAIT_STEP_MS = 10;
    private static final Duration ABORT_TIMEOUT = Duration.ofSeconds(1);

    private final NodeConfig config;
    private final Ending ending;
    /** What was opened, to be closed in the opposite order. */
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private final StorageDirectory storage;
    private final NodeMeters meters;
    private final @Nullable VoterRole voter;
    private final @Nullable Agent agent;
    private final NodeHealth health;
    private final NodeDescription description;

    /**
     * Starts a node. Returns when its ports are open; it then finds its quorum and its controller by itself, for as long as
     * that takes.
     *
     * @param workload what a broker does; not called on a node that is only a controller
     * @param exitHandler told if the node cannot go on
     * @throws io.muster.error.MusterException with a sentence for the operator if the node cannot start
     */
    public static MusterNode start(NodeConfig config, Workload workload, ExitHandler exitHandler) {
        config.effective().forEach(value -> LOG.info("config {}", value));
        MusterNode node = new MusterNode(config, workload, exitHandler);
        try {
            node.open();
            return node;
        } catch (RuntimeException e) {
            node.closeAll();
            throw e;
        }
    }

    private MusterNode(NodeConfig config, Workload workload, ExitHandler exitHandler) {
        this.config = config;
        this.ending = new Ending(config.nodeId(), exitHandler, this::abort);
        try {
            this.storage = keep(StorageDirectory.open(config.logDir(), config.nodeId()));
            String roles = config.roles().stream().map(Role::word).sorted().collect(Collectors.joining(","));
            this.meters = keep(new NodeMeters(NodeVersion.CURRENT, config.nodeId(), roles));
            String incarnation = UUID.randomUUID().toString();
            this.voter = config.isController() ? keep(new VoterRole(config, storage, meters, ending::fail)) : null;
            this.agent = config.isBroker() ? agent(workload, incarnation) : null;
            this.health = new NodeHealth(storage, voter, agent);
            PeerDirectory peers = voter == null ? null : keep(peers(voter));
            if (voter != null && peers != null) {
                voter.findEndpointsBy(peers::endpointOf);
                watchLeader(voter, peers);
            }
            meters.showOffset(() -> image().nextOffset() - 1);
            this.description = new NodeDescription(config, storage.identity(), incarnation, voter, agent, peers);
        } catch (RuntimeException e) {
            closeAll();
            throw e;
        }
    }

    private Agent agent(Workload workload, String incarnation) {
        AgentMetrics agentMetrics = new AgentMetrics(meters.registry());
        LeadMarks marks = keep(LeadMarks.in(storage.path().resolve(LEADS_UNDER_WAY)));
        Agent made = new Agent(
                NodeSettings.agent(
                        config,
                        storage.identity(),
                        incarnation,
                        storage.countStart(System.currentTimeMillis()),
                        marks.found()),
                workload,
                agentMetrics,
                agentMetrics,
                marks);
        agentMetrics.bind(made::status);
        return made;
    }

    private PeerDirectory peers(VoterRole role) {
        List<PeerDirectory.Server> servers = config.bootstrapServers().stream()
                .map(server -> new PeerDirectory.Server(server.host(), server.port()))
                .toList();
        return new PeerDirectory(
                config.nodeId(), config.advertisedListener().toString(), servers, role::leaderId, role::image);
    }

    private void watchLeader(VoterRole role, PeerDirectory peers) {
        if (!config.get(ConfigKeys.PROOF_OF_DEATH)) {
            return;
        }
        keep(new LeaderWatch(
                config.nodeId(),
                role::leaderId,
                id -> peers.endpointOf(id)
                        .map(Endpoint::parse)
                        .map(endpoint -> new LeaderWatch.Address(endpoint.host(), endpoint.port())),
                role::leaderIsGone));
    }

    private void open() {
        List<BindableService> services = new ArrayList<>();
        services.add(new NodeService(description::describe));
        if (voter != null) {
            services.addAll(voter.services());
        }
        Endpoint listener = config.listener();
        RpcServer rpc = keep(RpcServer.open(listener.bindAddress(), services));
        config.httpListener()
                .ifPresent(http -> keep(HttpEndpoint.open(
                        http.bindAddress(), meters.scrapeHandler(), health.livez(), health.readyz())));
        mirrorHealth(rpc);
        if (voter != null) {
            voter.start();
        }
        if (agent != null) {
            var unused = agent.stopped().thenAccept(refusal -> {
                if (refusal != null) {
                    ending.fail(String.valueOf(refusal.getMessage()), refusal);
                }
            });
            agent.start();
        }
        LOG.info(
                "Node {} ({}) of cluster {} listens on {}",
                config.nodeId(),
                config.roles(),
                storage.identity().clusterId(),
                listener);
    }

    /** The gRPC health service says what {@code /readyz} says. */
    private void mirrorHealth(RpcServer rpc) {
        ScheduledExecutorService mirror = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "muster-health");
            thread.setDaemon(true);
            return thread;
        });
        keep(mirror::shutdownNow);
        var unused =
                mirror.scheduleWithFixedDelay(() -> rpc.serving(health.isReady()), 0, HEALTH_MS, TimeUnit.MILLISECONDS);
    }

    private <T extends AutoCloseable> T keep(T part) {
        synchronized (opened) {
            opened.push(part);
        }
        return part;
    }

    public NodeConfig config() {
        return config;
    }

    /** What this node knows of the cluster now. */
    public MetadataImage image() {
        if (agent != null) {
            return agent.image();
        }
        return voter == null ? MetadataImage.EMPTY : voter.image();
    }

    /**
     * Waits until this broker may own work; on a node that is no broker, until a leader is known.
     *
     * @return false if the time was up first, or the node ended
     */
    public boolean awaitUnfenced(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!takesPart()) {
            if (ending.isDecided() || System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(AWAIT_STEP_MS);
        }
        return true;
    }

    private boolean takesPart() {
        if (agent != null) {
            return agent.status().state() == AgentState.ACTIVE;
        }
        return voter != null && voter.leaderProblem().isEmpty();
    }

    /** Waits until the node has ended, by {@link #close} or by a failure. */
    public NodeExit awaitExit() throws InterruptedException {
        return ending.await();
    }

    /** Hands over what this node owns and leads, then stops it. Idempotent; blocks until it is done. */
    @Override
    public void close() {
        if (ending.beginClose()) {
            LOG.info("Node {} is stopping", config.nodeId());
            if (agent != null) {
                agent.close(true, Duration.ofMillis(config.get(ConfigKeys.SHUTDOWN_TIMEOUT_MS)));
            }
            if (voter != null) {
                voter.awaitOwnBrokerFenced(config.nodeId());
                voter.resign();
            }
            closeAll();
            LOG.info("Node {} has stopped", config.nodeId());
            ending.closed();
        }
        ending.awaitUninterruptibly();
    }

    /** Stops without handing over: as a crash would, but with every guard closed before the port. */
    void abort() {
        if (agent != null) {
            agent.close(false, ABORT_TIMEOUT);
        }
        if (voter != null) {
            voter.abort();
        }
        closeAll();
    }

    private void closeAll() {
        while (true) {
            AutoCloseable part;
            synchronized (opened) {
                part = opened.poll();
            }
            if (part == null) {
                return;
            }
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("A part of node {} did not close: {}", config.nodeId(), e.toString());
            }
        }
    }
}
