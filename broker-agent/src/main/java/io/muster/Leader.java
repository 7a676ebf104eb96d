package io.muster;

import java.util.Map;

/**
 * Who leads a partition.
 *
 * @param nodeId the leading broker
 * @param epoch the leader epoch: the fencing token of that leadership
 * @param endpoints the addresses of the application on that broker, as its {@code broker.endpoints} say
 * @param host host of its Muster listener
 */
public record Leader(int nodeId, long epoch, Map<String, String> endpoints, String host) {}
