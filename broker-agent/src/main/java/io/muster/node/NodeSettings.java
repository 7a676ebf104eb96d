package io.muster.node;

import io.muster.agent.AgentSettings;
import io.muster.agent.UnfinishedLead;
import io.muster.metadata.storage.StorageIdentity;
import io.muster.node.config.ConfigKeys;
import io.muster.node.config.Endpoint;
import io.muster.node.config.NodeConfig;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Cuts the settings of a node's parts out of its config. Stateless. */
final class NodeSettings {
    private NodeSettings() {}

    static AgentSettings agent(
            NodeConfig config,
            StorageIdentity identity,
            String incarnation,
            long startNumber,
            List<UnfinishedLead> diedLeading) {
        Endpoint advertised = config.advertisedListener();
        return AgentSettings.builder(identity.clusterId(), identity.nodeId(), incarnation, identity.directoryId())
                .startNumber(startNumber)
                .advertised(advertised.host(), advertised.port())
                .rack(config.find(ConfigKeys.RACK).orElse(""))
                .tags(config.find(ConfigKeys.TAGS).orElse(Map.of()))
                .capacity(config.get(ConfigKeys.CAPACITY))
                .endpoints(config.find(ConfigKeys.ENDPOINTS).orElse(Map.of()))
                .bootstrapServers(servers(config))
                .preferredFeed(config.isController() ? advertised.toString() : "")
                .heartbeatIntervalMs(config.get(ConfigKeys.HEARTBEAT_INTERVAL_MS))
                .rpcTimeoutMs(config.get(ConfigKeys.RPC_TIMEOUT_MS))
                .leaseMs(config.get(ConfigKeys.LEASE_MS))
                .releaseTimeoutMs(config.get(ConfigKeys.RELEASE_TIMEOUT_MS))
                .diedLeading(diedLeading)
                .build();
    }

    /** Where the agent looks for the controller: a voter asks itself first, because it knows who leads. */
    private static List<String> servers(NodeConfig config) {
        Stream<Endpoint> self = config.isController() ? Stream.of(config.advertisedListener()) : Stream.empty();
        return Stream.concat(self, config.bootstrapServers().stream())
                .map(Endpoint::toString)
                .distinct()
                .toList();
    }
}
