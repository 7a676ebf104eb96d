package io.muster.agent;

import io.muster.metadata.record.LogCodec;
import java.util.List;
import java.util.Map;

/** Collects {@link AgentSettings} by name. Not thread-safe. */
public final class AgentSettingsBuilder {
    private final String clusterId;
    private final int nodeId;
    private final String incarnation;
    private final String directoryId;
    private long startNumber;
    private String host = "localhost";
    private int port;
    private String rack = "";
    private Map<String, String> tags = Map.of();
    private int capacity = 100;
    private Map<String, String> endpoints = Map.of();
    private List<String> bootstrapServers = List.of();
    private String preferredFeed = "";
    private long heartbeatIntervalMs = 500;
    private long rpcTimeoutMs = 500;
    private long leaseMs = 2000;
    private long releaseTimeoutMs = 1000;
    private long refusalGraceMs = 10_000;
    private List<UnfinishedLead> diedLeading = List.of();
    private int maxCallbackThreads = 32;

    AgentSettingsBuilder(String clusterId, int nodeId, String incarnation, String directoryId) {
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.incarnation = incarnation;
        this.directoryId = directoryId;
    }

    /** Rises with every process start on the directory. */
    public AgentSettingsBuilder startNumber(long value) {
        startNumber = value;
        return this;
    }

    /** Where other nodes reach this broker. */
    public AgentSettingsBuilder advertised(String newHost, int newPort) {
        host = newHost;
        port = newPort;
        return this;
    }

    public AgentSettingsBuilder rack(String value) {
        rack = value;
        return this;
    }

    public AgentSettingsBuilder tags(Map<String, String> value) {
        tags = value;
        return this;
    }

    public AgentSettingsBuilder capacity(int value) {
        capacity = value;
        return this;
    }

    public AgentSettingsBuilder endpoints(Map<String, String> value) {
        endpoints = value;
        return this;
    }

    public AgentSettingsBuilder bootstrapServers(List<String> value) {
        bootstrapServers = value;
        return this;
    }

    /** For a voter: its own gRPC endpoint. */
    public AgentSettingsBuilder preferredFeed(String value) {
        preferredFeed = value;
        return this;
    }

    public AgentSettingsBuilder heartbeatIntervalMs(long value) {
        heartbeatIntervalMs = value;
        return this;
    }

    public AgentSettingsBuilder rpcTimeoutMs(long value) {
        rpcTimeoutMs = value;
        return this;
    }

    public AgentSettingsBuilder leaseMs(long value) {
        leaseMs = value;
        return this;
    }

    public AgentSettingsBuilder releaseTimeoutMs(long value) {
        releaseTimeoutMs = value;
        return this;
    }

    public AgentSettingsBuilder refusalGraceMs(long value) {
        refusalGraceMs = value;
        return this;
    }

    /** What the last process on this storage was about to lead when it ended; none by default. */
    public AgentSettingsBuilder diedLeading(List<UnfinishedLead> value) {
        diedLeading = value;
        return this;
    }

    public AgentSettingsBuilder maxCallbackThreads(int value) {
        maxCallbackThreads = value;
        return this;
    }

    /** @throws io.muster.error.MusterException INVALID_ARGUMENT if a value is missing or makes no sense */
    public AgentSettings build() {
        return new AgentSettings(
                clusterId,
                nodeId,
                incarnation,
                directoryId,
                startNumber,
                host,
                port,
                rack,
                tags,
                capacity,
                endpoints,
                bootstrapServers,
                preferredFeed,
                heartbeatIntervalMs,
                rpcTimeoutMs,
                leaseMs,
                releaseTimeoutMs,
                refusalGraceMs,
                diedLeading,
                maxCallbackThreads,
                LogCodec.FORMAT_LEVEL,
                LogCodec.FORMAT_LEVEL);
    }
}
