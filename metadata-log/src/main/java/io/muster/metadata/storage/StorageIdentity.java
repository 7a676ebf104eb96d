package io.muster.metadata.storage;

import java.util.UUID;

/**
 * Whose directory it is. Written once, by an explicit format, and never changed.
 *
 * @param clusterId UUID of the cluster
 * @param nodeId id of the node
 * @param directoryId random UUID of this directory; a directory that is formatted anew gets another one
 * @param createdMs when it was formatted, milliseconds since 1970
 */
public record StorageIdentity(String clusterId, int nodeId, String directoryId, long createdMs) {
    /** A new random id for a cluster or a directory. */
    public static String randomUuid() {
        return UUID.randomUUID().toString();
    }
}
