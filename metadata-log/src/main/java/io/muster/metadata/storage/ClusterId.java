package io.muster.metadata.storage;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.util.UUID;

/** The id of a cluster: a UUID, so that two clusters never share one by accident. Stateless. */
public final class ClusterId {
    private ClusterId() {}

    /**
     * Reads a cluster id.
     *
     * @throws MusterException INVALID_ARGUMENT if {@code text} is no UUID
     */
    public static UUID parse(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw new MusterException(
                ErrorCode.INVALID_ARGUMENT,
                "Cluster id '" + text + "' is no UUID; get one with 'muster storage random-uuid' and use the same for"
                        + " every node of the cluster.");
    }
}
