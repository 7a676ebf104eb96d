package io.muster.node;

import io.grpc.BindableService;
import io.muster.controller.Controller;
import io.muster.controller.ControllerSettings;
import io.muster.controller.decide.Flapping;
import io.muster.controller.decide.Parking;
import io.muster.controller.liveness.LossLimits;
import io.muster.controller.metrics.ControllerMetrics;
import io.muster.controller.rpc.AdminService;
import io.muster.controller.rpc.FeedRing;
import io.muster.controller.rpc.FeedService;
import io.muster.controller.rpc.SessionService;
import io.muster.controller.rpc.TcpDeathProbe;
import io.muster.controller.rpc.UnreadableRequests;
import io.muster.error.MusterException;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.MetadataLog;
import io.muster.metadata.log.ratis.PeerLog;
import io.muster.metadata.log.ratis.QuorumSettings;
import io.muster.metadata.log.ratis.RatisMetadataLog;
import io.muster.metadata.log.ratis.Voter;
import io.muster.metadata.log.ratis.VoterAdmission;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.node.config.ConfigKeys;
import io.muster.node.config.Endpoint;
import io.muster.node.config.NodeConfig;
import io.muster.node.metrics.NodeMeters;
import io.muster.node.metrics.QuorumMeters;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The controller role of a node: its metadata log, its controller, and what they serve. Nothing else in this package touches
 * the quorum, so that a node which is only a broker never loads a class of Ratis. Thread-safe.
 */
final class VoterRole implements AutoCloseable {
    private static final long ADMISSION_ROUND_MS = 200;
    private static final long LOOP_STILL_MS_MAX = 10_000;
    private static final long OWN_FENCE_WAIT_NS = 500_000_000;
    private static final long OWN_FENCE_STEP_NS = 2_000_000;
    private static final int PROBE_TIMEOUT_MS = 500;

    private final VoterAdmission admission;
    private final PeerLogs peerLogs;
    private final MetadataLog log;
    private final TcpDeathProbe deathProbe;
    private final Controller controller;
    private final FeedRing ring;
    private final FeedService feed;
    private final BiConsumer<String, Throwable> onFailure;
    private final NodeMeters meters;
    private final Thread starting;
    private volatile boolean started;
    private volatile @Nullable PeerLog settledLog;

    VoterRole(NodeConfig config, StorageDirectory storage, NodeMeters meters, BiConsumer<String, Throwable> onFailure) {
        this.onFailure = onFailure;
        this.meters = meters;
        meters.showProcessMeters();
        QuorumSettings quorum = quorum(config);
        List<Endpoint> others = config.bootstrapServers().stream()
                .filter(server -> !server.equals(config.advertisedListener()))
                .toList();
        this.peerLogs = new PeerLogs(others);
        this.admission = new VoterAdmission(storage, quorum.voters(), peerLogs);
        this.log = new RatisMetadataLog(quorum, storage);
        String clusterId = storage.identity().clusterId();
        this.deathProbe = new TcpDeathProbe(clusterId, PROBE_TIMEOUT_MS);
        ControllerMetrics controllerMetrics = new ControllerMetrics(meters.registry());
        this.controller = new Controller(controller(config), clusterId, log, deathProbe, controllerMetrics, onFailure);
        controllerMetrics.watch(controller.unit());
        this.ring = new FeedRing(log, FeedRing.DEFAULT_MAX_BYTES);
        this.feed = new FeedService(ring, clusterId);
        this.starting = new Thread(this::runStart, "muster-voter-start");
        starting.setDaemon(true);
    }

    private static QuorumSettings quorum(NodeConfig config) {
        List<Voter> voters = config.voters().stream()
                .map(v -> new Voter(v.id(), v.endpoint().host(), v.endpoint().port()))
                .toList();
        Endpoint bind = config.get(ConfigKeys.QUORUM_LISTENER);
        int electionMs = Math.toIntExact(config.get(ConfigKeys.ELECTION_TIMEOUT_MS));
        QuorumSettings defaults = QuorumSettings.of(voters, bind.isWildcard() ? "" : bind.host(), bind.port());
        long interval = config.get(ConfigKeys.SNAPSHOT_INTERVAL_BATCHES);
        // the log is kept from one of the older snapshots on, so that history never begins at the newest one
        int preserved = (int) Math.max(defaults.preservedEntries(), (defaults.snapshotsKept() - 1) * interval);
        return defaults.withElectionTimeoutMs(electionMs, 2 * electionMs).withSnapshots(interval, preserved);
    }

    private static ControllerSettings controller(NodeConfig config) {
        ControllerSettings defaults = ControllerSettings.DEFAULTS;
        return new ControllerSettings(
                config.get(ConfigKeys.HEARTBEAT_INTERVAL_MS),
                config.get(ConfigKeys.RPC_TIMEOUT_MS),
                config.get(ConfigKeys.LEASE_MS),
                config.get(ConfigKeys.SESSION_TIMEOUT_MS),
                config.get(ConfigKeys.DRIFT_MARGIN_MS),
                config.get(ConfigKeys.REPLACEMENT_DELAY_MS),
                config.get(ConfigKeys.BALANCE_INTERVAL_MS),
                config.get(ConfigKeys.MOVES_IN_FLIGHT_MAX),
                config.get(ConfigKeys.RELEASE_TIMEOUT_MS),
                config.get(ConfigKeys.PROOF_OF_DEATH),
                new LossLimits(
                        config.get(ConfigKeys.MAX_LOST_SHARE),
                        config.get(ConfigKeys.MAX_LOST_SHARE_RACK),
                        config.get(ConfigKeys.LOST_WINDOW_MS)),
                new Flapping(
                        config.get(ConfigKeys.FLAP_FREE_LOSSES),
                        config.get(ConfigKeys.FLAP_WINDOW_MS),
                        config.get(ConfigKeys.FLAP_WAIT_MS),
                        config.get(ConfigKeys.FLAP_WAIT_MAX_MS)),
                new Parking(
                        config.get(ConfigKeys.PARKING_OWNERS),
                        config.get(ConfigKeys.PARKING_WINDOW_MS),
                        config.get(ConfigKeys.PARKING_MAX_SHARE)),
                defaults.maxQueue(),
                defaults.entriesInFlightMax(),
                defaults.batchesPerEntryMax(),
                defaults.bytesPerEntryMax());
    }

    /** What this voter serves on the node's gRPC listener. */
    List<BindableService> services() {
        return List.of(
                feed,
                new SessionService(controller.unit(), System::nanoTime),
                UnreadableRequests.refusedBefore(new AdminService(controller.unit(), System::nanoTime)));
    }

    /** Says how another voter's gRPC listener is found, so that who asks the wrong voter is told the right one. */
    void findEndpointsBy(IntFunction<Optional<String>> finder) {
        controller.unit().findEndpointsBy(finder);
    }

    /** What this voter tells others about its own log; also before it takes part. */
    PeerLog peerLog() {
        PeerLog known = settledLog;
        if (known != null) {
            return known;
        }
        PeerLog now = admission.answer();
        if (started && !now.blank()) {
            settledLog = now; // neither blankness nor what was noted at admission comes back
        }
        return now;
    }

    /** Takes part in the quorum, once it may; returns at once. This node's gRPC listener must be open. */
    void start() {
        starting.start();
    }

    private void runStart() {
        try {
            admission.await(ADMISSION_ROUND_MS);
            controller.start();
            log.start(new LogListeners(List.of(ring, controller)));
            QuorumMeters.bind(log, meters.registry());
            started = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is being closed
        } catch (MusterException e) {
            onFailure.accept(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            onFailure.accept("The metadata log cannot start: " + e, e);
        }
    }

    MetadataLog log() {
        return log;
    }

    /** True once the local image is loaded. */
    boolean isStarted() {
        return started;
    }

    /** Node id of the leader as this voter knows it; -1 for none. */
    int leaderId() {
        return started ? log.leadership().leaderId() : -1;
    }

    /** The process of the leader is proved to be gone. */
    void leaderIsGone(int leader) {
        if (started) {
            log.leaderIsGone(leader);
        }
    }

    /** The committed image of this voter; empty before the log is loaded. */
    MetadataImage image() {
        return started ? log.image() : MetadataImage.EMPTY;
    }

    Optional<String> startProblem() {
        return started ? Optional.empty() : Optional.of("it is not loaded yet, or waits for the other voters");
    }

    Optional<String> leaderProblem() {
        return leaderId() >= 0 ? Optional.empty() : Optional.of("no leader is known");
    }

    Optional<String> lagProblem(long max) {
        if (!started) {
            return startProblem();
        }
        var replication = log.replication();
        long lag = replication.commitIndex() - replication.appliedIndex();
        return lag <= max ? Optional.empty() : Optional.of("it is " + lag + " entries behind what is committed");
    }

    /** A loop that stands still for long decides nothing and fences nobody; a restart is the cure. */
    Optional<String> loopProblem() {
        long stillMs = controller.stillMs();
        return started && stillMs > LOOP_STILL_MS_MAX
                ? Optional.of("the controller's loop has not moved for " + stillMs + " ms")
                : Optional.empty();
    }

    /**
     * If this voter is the controller, waits a moment until it has noted that its own broker has left: the next controller
     * need not find that out.
     */
    void awaitOwnBrokerFenced(int id) {
        long deadline = System.nanoTime() + OWN_FENCE_WAIT_NS;
        while (controller.isActive()
                && log.image().broker(id).filter(broker -> !broker.isFenced()).isPresent()
                && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(OWN_FENCE_STEP_NS);
        }
    }

    /** Hands leadership to another voter, if this one leads, and decides nothing any more. Idempotent. */
    void resign() {
        stopStarting();
        controller.close();
    }

    /** Leaves the quorum as a crash would: leadership is not handed over. */
    void abort() {
        stopStarting();
        controller.unit().onNotLeading("this node ends");
        log.close();
    }

    /** Leaves the quorum, after handing over leadership if it leads. Idempotent. */
    @Override
    public void close() {
        resign();
        feed.close();
        log.close();
        deathProbe.close();
        peerLogs.close();
    }

    private void stopStarting() {
        starting.interrupt();
        try {
            starting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
