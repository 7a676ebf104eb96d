package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A first voter of the quorum, as configured on every voter alike.
 *
 * @param nodeId its node id
 * @param host name or address of its Raft listener; a name is looked up at each connection
 * @param port port of its Raft listener
 */
public record Voter(int nodeId, String host, int port) {
    /** "host:port". */
    public String endpoint() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }

    @Override
    public String toString() {
        return nodeId + "@" + endpoint();
    }

    /**
     * Reads {@code id@host:port}.
     *
     * @throws MusterException INVALID_ARGUMENT
     */
    public static Voter parse(String text) {
        int at = text.indexOf('@');
        int colon = text.lastIndexOf(':');
        try {
            if (at > 0 && colon > at + 1) {
                int nodeId = Integer.parseInt(text.substring(0, at).strip());
                int port = Integer.parseInt(text.substring(colon + 1).strip());
                String host = text.substring(at + 1, colon).strip();
                if (host.startsWith("[") && host.endsWith("]")) {
                    host = host.substring(1, host.length() - 1);
                }
                if (nodeId >= 0 && port > 0 && port < 65536 && !host.isEmpty()) {
                    return new Voter(nodeId, host, port);
                }
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new MusterException(
                ErrorCode.INVALID_ARGUMENT,
                "'" + text + "' is no voter; write it as id@host:port, as in 1@node1:7071.");
    }

    /**
     * Reads voters separated by commas.
     *
     * @throws MusterException INVALID_ARGUMENT, also if two have the same id or the same endpoint
     */
    public static List<Voter> parseAll(String text) {
        List<Voter> voters = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        Set<String> endpoints = new HashSet<>();
        for (String part : text.split(",", -1)) {
            if (part.isBlank()) {
                continue;
            }
            Voter voter = parse(part.strip());
            if (!ids.add(voter.nodeId()) || !endpoints.add(voter.endpoint())) {
                throw new MusterException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Voter " + voter + " has the id or the endpoint of another one in '" + text
                                + "'; correct the list.");
            }
            voters.add(voter);
        }
        return List.copyOf(voters);
    }
}
