package io.muster.node.config;

import static io.muster.node.config.ConfigKey.derived;
import static io.muster.node.config.ConfigKey.optional;
import static io.muster.node.config.ConfigKey.required;
import static io.muster.node.config.ConfigKey.withDefault;
import static io.muster.node.config.Role.BROKER;
import static io.muster.node.config.Role.CONTROLLER;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every key of the quorum config file. The reader, the checks and {@code docs/configuration.md} all go by this list. */
public final class ConfigKeys {
    private static final Set<Role> ALL = Set.of(CONTROLLER, BROKER);
    private static final Set<Role> VOTER = Set.of(CONTROLLER);
    private static final Set<Role> HOST = Set.of(BROKER);
    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;

    public static final ConfigKey<Integer> NODE_ID = required(
            "node.id",
            KeyTypes.integer(0, Integer.MAX_VALUE),
            ALL,
            "The number of this node. No two nodes of a cluster may have the same, and a node keeps its number for life: "
                    + "it is written into the storage directory when that is formatted.");

    public static final ConfigKey<Set<Role>> PROCESS_ROLES = required(
            "process.roles",
            KeyTypes.roles(),
            ALL,
            "What this node does. A `controller` votes in the quorum and may lead it; a `broker` hosts work. A node may "
                    + "do both: `controller,broker`.");

    public static final ConfigKey<Path> LOG_DIR = required(
            "log.dir",
            KeyTypes.directory(),
            ALL,
            "The storage directory. A voter keeps the metadata log and its snapshots here, and every node its identity. "
                    + "Format it once with `muster storage format`. A relative path starts at the working directory of "
                    + "the process.");

    public static final ConfigKey<List<Voter>> VOTERS = optional(
            "controller.quorum.voters",
            KeyTypes.voters(),
            VOTER,
            "The initial voters as `id@host:port`, the same list on every voter. The port is that of the voter's Raft "
                    + "listener (`quorum.listener`). A node with the controller role must be in the list.");

    public static final ConfigKey<List<Endpoint>> BOOTSTRAP_SERVERS = optional(
            "controller.quorum.bootstrap.servers",
            KeyTypes.endpoints(),
            ALL,
            "gRPC listeners (`listener`) of the voters. A broker that is no voter finds the controller through them and must "
                    + "set it; some of the voters are enough. A voter of a quorum of two or more must list all of them: it "
                    + "asks them who leads, and a voter whose log is blank votes only after every other one has told it "
                    + "that the cluster has no history yet.");

    public static final ConfigKey<Endpoint> QUORUM_LISTENER = derived(
            "quorum.listener",
            KeyTypes.endpoint(),
            "all interfaces, at this node's port in `controller.quorum.voters`",
            VOTER,
            "Where the voter's Raft server listens. The port must be that of this node in `controller.quorum.voters`.");

    public static final ConfigKey<Endpoint> LISTENER = required(
            "listener",
            KeyTypes.endpoint(),
            ALL,
            "Where this node's gRPC server listens: sessions, the metadata feed, administration. `:9090` or "
                    + "`0.0.0.0:9090` listens on all interfaces. It is also the port that is probed when this broker "
                    + "falls silent: while the process lives, the port is open.");

    public static final ConfigKey<Endpoint> ADVERTISED_LISTENER = derived(
            "advertised.listener",
            KeyTypes.endpoint(),
            "`listener`",
            ALL,
            "Where other nodes and tools find `listener`. It must be set when `listener` means all interfaces, because "
                    + "nobody can connect to that.");

    public static final ConfigKey<Endpoint> HTTP_LISTENER = optional(
            "http.listener",
            KeyTypes.endpoint(),
            ALL,
            "Where `/metrics`, `/livez` and `/readyz` are served over HTTP. Not set means not served.");

    public static final ConfigKey<String> RACK = optional(
            "broker.rack",
            KeyTypes.text(),
            HOST,
            "The failure domain of this broker: a rack, a zone. Replicas of a partition are spread over racks.");

    public static final ConfigKey<Map<String, String>> TAGS = optional(
            "broker.tags",
            KeyTypes.labels(),
            HOST,
            "Labels of this broker. A resource may ask that its hosts carry certain tags.");

    public static final ConfigKey<Integer> CAPACITY = withDefault(
            "broker.capacity",
            KeyTypes.integer(1, 1_000_000),
            "100",
            HOST,
            "The share of the work this broker takes, relative to the others: a broker of 200 is given twice the "
                    + "partitions of a broker of 100.");

    public static final ConfigKey<Map<String, String>> ENDPOINTS = optional(
            "broker.endpoints",
            KeyTypes.labels(),
            HOST,
            "Addresses of the application itself, as `name=address`. Muster hands them to whoever asks who leads a "
                    + "partition, as they are.");

    public static final ConfigKey<Long> HEARTBEAT_INTERVAL_MS = withDefault(
            "broker.heartbeat.interval.ms",
            KeyTypes.millis(10, 60_000),
            "500",
            ALL,
            "How often a broker says that it is alive. The controller's value is in force on every broker once it has "
                    + "registered.");

    public static final ConfigKey<Long> RPC_TIMEOUT_MS = withDefault(
            "broker.rpc.timeout.ms",
            KeyTypes.millis(10, 60_000),
            "500",
            ALL,
            "How long a broker waits for the controller to connect or to answer before it tries another voter.");

    public static final ConfigKey<Long> LEASE_MS = derived(
            "broker.lease.ms",
            KeyTypes.millis(20, HOUR_MS),
            "two thirds of `broker.session.timeout.ms`",
            ALL,
            "How long a broker may own work after the sending of a heartbeat that the controller confirmed. When it is "
                    + "over, the broker stops acting as owner by itself. It must outlast one lost heartbeat "
                    + "(2 × `broker.heartbeat.interval.ms` + `broker.rpc.timeout.ms` < `broker.lease.ms`) and end before the "
                    + "session does (`broker.lease.ms` + `broker.clock.drift.margin.ms` < `broker.session.timeout.ms`).");

    public static final ConfigKey<Long> SESSION_TIMEOUT_MS = withDefault(
            "broker.session.timeout.ms",
            KeyTypes.millis(50, HOUR_MS),
            "3000",
            ALL,
            "How long the controller waits for a heartbeat before it fences the broker and moves its work. Every voter "
                    + "must have the same value.");

    public static final ConfigKey<Long> DRIFT_MARGIN_MS = withDefault(
            "broker.clock.drift.margin.ms",
            KeyTypes.millis(1, 60_000),
            "100",
            ALL,
            "How far two monotonic clocks may drift apart during one session. A lease ends at least this long before the "
                    + "session that it belongs to.");

    public static final ConfigKey<Long> RELEASE_TIMEOUT_MS = withDefault(
            "broker.release.timeout.ms",
            KeyTypes.millis(1, HOUR_MS),
            "1000",
            ALL,
            "How long the application may take to let go of a partition in a planned hand-over.");

    public static final ConfigKey<Long> SHUTDOWN_TIMEOUT_MS = withDefault(
            "shutdown.timeout.ms",
            KeyTypes.millis(0, HOUR_MS),
            "10000",
            ALL,
            "How long a node that is told to stop hands over its work before it stops all the same.");

    public static final ConfigKey<Boolean> PROOF_OF_DEATH = withDefault(
            "broker.proof.of.death.enabled",
            KeyTypes.bool(),
            "true",
            VOTER,
            "Whether the controller fences a broker at once when its session broke and its host refuses connections to "
                    + "its listener: then the process is gone. Switch it off where a middlebox answers for hosts that "
                    + "live.");

    public static final ConfigKey<Double> MAX_LOST_SHARE = withDefault(
            "fencing.max.lost.share",
            KeyTypes.share(),
            "0.5",
            VOTER,
            "When more than this share of four or more brokers look dead at once, or all of three or more do, the fault is "
                    + "more likely the controller's: nobody is fenced, an error is logged, and `muster_fencing_held` is 1, "
                    + "until at most half this share looks dead for a session timeout. Silence, not applying the log and "
                    + "an unhealthy application count; proof of death is never held. `1` leaves only the rule for all. "
                    + "An operator can fence one broker with `muster brokers fence`, or all with "
                    + "`muster brokers lift-hold`.");

    public static final ConfigKey<Double> MAX_LOST_SHARE_RACK = withDefault(
            "fencing.max.lost.share.rack",
            KeyTypes.share(),
            "1",
            VOTER,
            "The same for the brokers of one rack, held apart from the others. `1` is off, and the default: a rack that "
                    + "goes as a whole is what replicas in other racks are for.");

    public static final ConfigKey<Long> LOST_WINDOW_MS = withDefault(
            "fencing.lost.window.ms",
            KeyTypes.millis(0, DAY_MS),
            "10000",
            VOTER,
            "How long a broker that was fenced, and has not come back, counts into the shares above.");

    public static final ConfigKey<Integer> FLAP_FREE_LOSSES = withDefault(
            "fencing.flap.free.losses",
            KeyTypes.integer(0, 1000),
            "3",
            VOTER,
            "How often a broker may be lost (die, fall silent, be unhealthy, without having asked to stop) in a row "
                    + "before it has to wait when it comes back.");

    public static final ConfigKey<Long> FLAP_WINDOW_MS = withDefault(
            "fencing.flap.window.ms",
            KeyTypes.millis(0, DAY_MS),
            "600000",
            VOTER,
            "A broker that was not lost for this long begins its row of losses anew.");

    public static final ConfigKey<Long> FLAP_WAIT_MS = withDefault(
            "fencing.flap.wait.ms",
            KeyTypes.millis(1, DAY_MS),
            "2000",
            VOTER,
            "How long a broker stays fenced after the first loss that is not free; each further one doubles it. "
                    + "`muster brokers unfence` cuts it short.");

    public static final ConfigKey<Long> FLAP_WAIT_MAX_MS = withDefault(
            "fencing.flap.wait.max.ms",
            KeyTypes.millis(1, DAY_MS),
            "300000",
            VOTER,
            "The longest that a broker waits after a loss.");

    public static final ConfigKey<Integer> PARKING_OWNERS = withDefault(
            "parking.owners",
            KeyTypes.integer(2, 1000),
            "3",
            VOTER,
            "A partition is parked, that is given to nobody until `muster partitions release`, when this many owners in a "
                    + "row failed to lead it (`lead` threw three times on each) or died while `lead` ran, and hardly any "
                    + "other partition did the same. Brokers that die otherwise park nothing.");

    public static final ConfigKey<Long> PARKING_WINDOW_MS = withDefault(
            "parking.window.ms",
            KeyTypes.millis(1, DAY_MS),
            "600000",
            VOTER,
            "A failure of a partition's owner longer than this after the one before begins the row anew.");

    public static final ConfigKey<Double> PARKING_MAX_SHARE = withDefault(
            "parking.max.share",
            KeyTypes.share(),
            "0.01",
            VOTER,
            "No more than this share of all partitions is parked, but at least one and never half of them. When more "
                    + "fail alike, the fault is elsewhere: nothing is parked, and an error says so.");

    public static final ConfigKey<Long> ELECTION_TIMEOUT_MS = withDefault(
            "quorum.election.timeout.ms",
            KeyTypes.millis(50, 600_000),
            "500",
            VOTER,
            "How long a voter waits for the leader before it stands for election; each wait is drawn between this and "
                    + "twice this. It must be shorter than `broker.session.timeout.ms`.");

    public static final ConfigKey<Long> SNAPSHOT_INTERVAL_BATCHES = withDefault(
            "snapshot.interval.batches",
            KeyTypes.count(100, 100_000),
            "20000",
            VOTER,
            "A snapshot is taken when this many entries were applied since the last one. A restart replays at most "
                    + "about that many. The log is kept for two snapshots more: that is how far back "
                    + "`muster history` reaches.");

    public static final ConfigKey<Long> REPLACEMENT_DELAY_MS = withDefault(
            "replacement.delay.ms",
            KeyTypes.millis(0, 30 * DAY_MS),
            "300000",
            VOTER,
            "How long a broker must have been gone before its replicas are placed anew on others. Leadership does not "
                    + "wait for it: a ready replica takes over at once.");

    public static final ConfigKey<Long> BALANCE_INTERVAL_MS = withDefault(
            "balance.interval.ms",
            KeyTypes.millis(10, DAY_MS),
            "1000",
            VOTER,
            "How often the controller looks whether work should move: to a preferred leader, to a new broker, away from "
                    + "one that is gone.");

    public static final ConfigKey<Integer> MOVES_IN_FLIGHT_MAX = withDefault(
            "moves.in.flight.max",
            KeyTypes.integer(1, 1_000_000),
            "100",
            VOTER,
            "How many partitions may be on the move at one time for the sake of balance.");

    private static final List<ConfigKey<?>> LIST = List.of(
            NODE_ID,
            PROCESS_ROLES,
            LOG_DIR,
            LISTENER,
            ADVERTISED_LISTENER,
            HTTP_LISTENER,
            VOTERS,
            BOOTSTRAP_SERVERS,
            QUORUM_LISTENER,
            ELECTION_TIMEOUT_MS,
            SNAPSHOT_INTERVAL_BATCHES,
            RACK,
            TAGS,
            CAPACITY,
            ENDPOINTS,
            HEARTBEAT_INTERVAL_MS,
            RPC_TIMEOUT_MS,
            LEASE_MS,
            SESSION_TIMEOUT_MS,
            DRIFT_MARGIN_MS,
            RELEASE_TIMEOUT_MS,
            SHUTDOWN_TIMEOUT_MS,
            PROOF_OF_DEATH,
            MAX_LOST_SHARE,
            MAX_LOST_SHARE_RACK,
            LOST_WINDOW_MS,
            FLAP_FREE_LOSSES,
            FLAP_WINDOW_MS,
            FLAP_WAIT_MS,
            FLAP_WAIT_MAX_MS,
            PARKING_OWNERS,
            PARKING_WINDOW_MS,
            PARKING_MAX_SHARE,
            REPLACEMENT_DELAY_MS,
            BALANCE_INTERVAL_MS,
            MOVES_IN_FLIGHT_MAX);

    private ConfigKeys() {}

    /** All keys, in the order of the reference page. */
    public static List<ConfigKey<?>> all() {
        return LIST;
    }
}
