package io.muster.agent;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.util.List;
import java.util.Map;

/**
 * Everything an agent is told before it starts. Immutable. Build one with {@link #builder}.
 *
 * @param clusterId the cluster that the storage directory was formatted for
 * @param nodeId this broker's id
 * @param incarnation random UUID of this process start
 * @param directoryId random UUID of the storage directory: the same directory may take over from its dead process at once
 * @param startNumber rises with every process start on that directory, so that a late message of an earlier process is known
 *     as one; 0 if nobody counts
 * @param host host that other nodes use to reach this broker
 * @param port port of this broker's gRPC listener, also the port that is probed for proof of death; open before the agent starts
 * @param rack failure domain; empty for none
 * @param tags labels that placement may ask for
 * @param capacity relative capacity in hundredths of a share
 * @param endpoints addresses of the application, handed to routers as they are
 * @param bootstrapServers "host:port" of the gRPC listeners of voters, tried in turn; never empty
 * @param preferredFeed "host:port" of the voter to follow the feed from, empty to spread by node id; a voter follows itself
 * @param heartbeatIntervalMs pause between heartbeats until the controller names another; milliseconds
 * @param rpcTimeoutMs how long a connection attempt or an answer may take; milliseconds
 * @param leaseMs the lease this broker expects; the controller's answer counts; milliseconds
 * @param releaseTimeoutMs how long the application has for {@link Workload#release} in an orderly hand-over; milliseconds
 * @param refusalGraceMs how long a refusal that time may heal ("a live process has this node id") is retried; milliseconds
 * @param diedLeading what the last process on this storage was about to lead when it ended without having stopped
 * @param maxCallbackThreads most threads that run {@link Workload} methods at once
 * @param minFormatLevel lowest log level this software reads
 * @param maxFormatLevel highest log level this software reads
 */
public record AgentSettings(
        String clusterId,
        int nodeId,
        String incarnation,
        String directoryId,
        long startNumber,
        String host,
        int port,
        String rack,
        Map<String, String> tags,
        int capacity,
        Map<String, String> endpoints,
        List<String> bootstrapServers,
        String preferredFeed,
        long heartbeatIntervalMs,
        long rpcTimeoutMs,
        long leaseMs,
        long releaseTimeoutMs,
        long refusalGraceMs,
        List<UnfinishedLead> diedLeading,
        int maxCallbackThreads,
        int minFormatLevel,
        int maxFormatLevel) {
    /** @throws MusterException INVALID_ARGUMENT if a value is missing or makes no sense */
    public AgentSettings {
        tags = Map.copyOf(tags);
        endpoints = Map.copyOf(endpoints);
        bootstrapServers = List.copyOf(bootstrapServers);
        diedLeading = List.copyOf(diedLeading);
        require(!clusterId.isEmpty(), "the cluster id is missing");
        require(nodeId >= 0, "the node id " + nodeId + " is negative");
        require(!incarnation.isEmpty() && !directoryId.isEmpty(), "the incarnation or the directory id is missing");
        require(!host.isEmpty(), "the host that other nodes use is missing");
        require(!bootstrapServers.isEmpty(), "there is no bootstrap server to find the controller by");
        require(heartbeatIntervalMs > 0, "the heartbeat interval must be positive");
        require(rpcTimeoutMs > 0, "the rpc timeout must be positive");
        require(leaseMs > heartbeatIntervalMs, "the lease must be longer than the heartbeat interval");
        require(releaseTimeoutMs >= 0, "the release timeout must not be negative");
        require(maxCallbackThreads > 0, "at least one callback thread is needed");
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT, "The agent cannot start: " + problem + "; correct its settings.");
        }
    }

    /** Starts with the four facts that have no default. */
    public static AgentSettingsBuilder builder(String clusterId, int nodeId, String incarnation, String directoryId) {
        return new AgentSettingsBuilder(clusterId, nodeId, incarnation, directoryId);
    }

    /** "host:port" at which other nodes reach this broker. */
    public String endpoint() {
        return host + ":" + port;
    }
}
