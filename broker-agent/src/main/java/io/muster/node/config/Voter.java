package io.muster.node.config;

/**
 * An initial member of the quorum, as in {@code 1@host:port}.
 *
 * @param id its node id
 * @param endpoint its Raft listener
 */
public record Voter(int id, Endpoint endpoint) {
    /**
     * Reads {@code id@host:port}.
     *
     * @throws IllegalArgumentException with the reason, fit for an operator
     */
    static Voter parse(String text) {
        int at = text.indexOf('@');
        if (at < 1) {
            throw new IllegalArgumentException("'" + text + "' must be id@host:port, as in 1@host1:9093");
        }
        int id;
        try {
            id = Integer.parseInt(text.substring(0, at));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' must begin with a node id, as in 1@host1:9093", e);
        }
        if (id < 0) {
            throw new IllegalArgumentException("node id " + id + " of '" + text + "' is negative");
        }
        Endpoint endpoint = Endpoint.parse(text.substring(at + 1));
        if (endpoint.isWildcard()) {
            throw new IllegalArgumentException("'" + text + "' must name a host that the other voters can connect to");
        }
        return new Voter(id, endpoint);
    }

    @Override
    public String toString() {
        return id + "@" + endpoint;
    }
}
