package io.muster.agent.core;

import io.muster.agent.AgentSettings;
import io.muster.log.v1.BrokerRecord;
import io.muster.rpc.v1.Heartbeat;
import io.muster.rpc.v1.LeadReport;
import io.muster.rpc.v1.Register;
import io.muster.rpc.v1.SessionUp;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The session stream: one at a time, its deadlines, and when each heartbeat was sent. What belongs to an earlier stream is
 * not for it. Not thread-safe.
 */
final class Session {
    /** At least this long between two heartbeats, however much there is to say; what comes up meanwhile goes into the next. */
    private static final long GAP_NS = 5_000_000L;
    /** Unanswered heartbeats that are remembered; renewals of older ones are useless by then. */
    private static final int MAX_UNANSWERED = 1024;

    private record Sent(long sequence, long atNs) {}

    private final AgentSettings settings;
    private final AgentOutputs outputs;
    private final Deque<Sent> unanswered = new ArrayDeque<>();

    private SessionPhase phase = SessionPhase.CLOSED;
    private long stream;
    private String endpoint = "";
    private long deadlineNs = AgentCore.NEVER;
    private long intervalNs;
    private long sequence;
    private long lastHeartbeatNs;
    private long nextHeartbeatNs = AgentCore.NEVER;

    Session(AgentSettings settings, AgentOutputs outputs) {
        this.settings = settings;
        this.outputs = outputs;
        this.intervalNs = millis(settings.heartbeatIntervalMs());
    }

    static long millis(long ms) {
        return ms * 1_000_000L;
    }

    SessionPhase phase() {
        return phase;
    }

    String endpoint() {
        return endpoint;
    }

    boolean isCurrent(long otherStream) {
        return phase != SessionPhase.CLOSED && otherStream == stream;
    }

    void open(String newEndpoint, long nowNs) {
        phase = SessionPhase.CONNECTING;
        endpoint = newEndpoint;
        stream++;
        deadlineNs = nowNs + millis(settings.rpcTimeoutMs());
        outputs.connect(stream, endpoint);
    }

    /** The stream is there: asks to be registered. */
    void connected(long nowNs) {
        phase = SessionPhase.REGISTERING;
        // Registering waits for a commit, and a cluster that just elected a controller registers everybody at once.
        deadlineNs = nowNs + 4 * millis(settings.rpcTimeoutMs());
        outputs.send(
                stream,
                SessionUp.newBuilder()
                        .setRegister(Register.newBuilder()
                                .setClusterId(settings.clusterId())
                                .setBroker(record())
                                .addAllDiedLeading(diedLeading()))
                        .build());
    }

    private List<LeadReport> diedLeading() {
        return settings.diedLeading().stream()
                .map(lead -> LeadReport.newBuilder()
                        .setResourceId(lead.resourceId())
                        .setPartition(lead.partition())
                        .setLeaderEpoch(lead.leaderEpoch())
                        .build())
                .toList();
    }

    private BrokerRecord record() {
        return BrokerRecord.newBuilder()
                .setBrokerId(settings.nodeId())
                .setIncarnation(settings.incarnation())
                .setDirectoryId(settings.directoryId())
                .setStartNumber(settings.startNumber())
                .setHost(settings.host())
                .setPort(settings.port())
                .setRack(settings.rack())
                .putAllTags(settings.tags())
                .setCapacity(settings.capacity())
                .setMinFormatLevel(settings.minFormatLevel())
                .setMaxFormatLevel(settings.maxFormatLevel())
                .putAllEndpoints(settings.endpoints())
                .build();
    }

    void registered(long heartbeatIntervalMs, long nowNs) {
        phase = SessionPhase.OPEN;
        if (heartbeatIntervalMs > 0) {
            intervalNs = millis(heartbeatIntervalMs);
        }
        sequence = 0;
        unanswered.clear();
        lastHeartbeatNs = nowNs - GAP_NS;
        nextHeartbeatNs = nowNs;
        deadlineNs = AgentCore.NEVER;
    }

    /** When the next heartbeat may go, given that there is or is not something urgent to say. */
    long nextHeartbeatNs(boolean urgent) {
        if (phase != SessionPhase.OPEN) {
            return AgentCore.NEVER;
        }
        return urgent ? Math.min(nextHeartbeatNs, lastHeartbeatNs + GAP_NS) : nextHeartbeatNs;
    }

    void send(Heartbeat.Builder heartbeat, long nowNs) {
        sequence++;
        if (unanswered.size() == MAX_UNANSWERED) {
            unanswered.removeFirst();
        }
        unanswered.addLast(new Sent(sequence, nowNs));
        lastHeartbeatNs = nowNs;
        nextHeartbeatNs = nowNs + intervalNs;
        if (deadlineNs == AgentCore.NEVER) {
            deadlineNs = nowNs + silence();
        }
        outputs.send(
                stream,
                SessionUp.newBuilder()
                        .setHeartbeat(heartbeat.setSequence(sequence))
                        .build());
    }

    /**
     * Takes note of a renewal.
     *
     * @return when the confirmed heartbeat was sent, or {@link AgentCore#NEVER} if it is unknown or was confirmed before
     */
    long confirmed(long confirmedSequence) {
        long sentAtNs = AgentCore.NEVER;
        while (!unanswered.isEmpty() && unanswered.getFirst().sequence() <= confirmedSequence) {
            Sent sent = unanswered.removeFirst();
            sentAtNs = sent.sequence() == confirmedSequence ? sent.atNs() : AgentCore.NEVER;
        }
        if (sentAtNs != AgentCore.NEVER) {
            Sent oldest = unanswered.peekFirst();
            deadlineNs = oldest == null ? AgentCore.NEVER : oldest.atNs() + silence();
        }
        return sentAtNs;
    }

    /** How long an open stream may leave heartbeats unanswered before another controller is looked for. */
    private long silence() {
        return millis(settings.rpcTimeoutMs()) + intervalNs;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    /** Why the deadline matters, for the log. */
    String overdue() {
        return switch (phase) {
            case CLOSED -> "closed";
            case CONNECTING -> "no connection to " + endpoint + " within " + settings.rpcTimeoutMs() + " ms";
            case REGISTERING -> endpoint + " did not answer the registration";
            case OPEN ->
                "the controller at " + endpoint + " left heartbeats unanswered for " + silence() / 1_000_000L + " ms";
        };
    }

    /** Forgets the stream. @param tell whether the other side is to be told */
    void close(boolean tell) {
        if (phase == SessionPhase.CLOSED) {
            return;
        }
        phase = SessionPhase.CLOSED;
        endpoint = "";
        deadlineNs = AgentCore.NEVER;
        nextHeartbeatNs = AgentCore.NEVER;
        unanswered.clear();
        if (tell) {
            outputs.disconnect(stream);
        }
    }
}
