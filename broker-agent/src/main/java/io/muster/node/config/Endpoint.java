package io.muster.node.config;

import java.net.InetSocketAddress;

/**
 * A place to listen on or to connect to.
 *
 * @param host name or address, without brackets; empty means all interfaces
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {
    /**
     * Reads {@code host:port}; an IPv6 address stands in brackets, and {@code :port} means all interfaces.
     *
     * @throws IllegalArgumentException with the reason, fit for an operator
     */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' has no port; write host:port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException(
                    "'" + text + "' must be host:port; put an IPv6 address in brackets, as in [::1]:9090");
        }
        if (host.chars().anyMatch(c -> c <= ' ' || c == '/' || c == '@' || c == ',')) {
            throw new IllegalArgumentException("'" + text + "' must be host:port, without a scheme, path or blank");
        }
        return new Endpoint(host, parsePort(text, text.substring(colon + 1)));
    }

    private static int parsePort(String text, String digits) {
        int port;
        try {
            port = Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' must end in a port number", e);
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " of '" + text + "' is not between 1 and 65535");
        }
        return port;
    }

    /** True if it means every interface of the host, so that others cannot connect to it by this name. */
    public boolean isWildcard() {
        return host.isEmpty() || host.equals("0.0.0.0") || host.equals("::");
    }

    /** True if two listeners of one host cannot both have it. */
    boolean clashesWith(Endpoint other) {
        return port == other.port && (host.equalsIgnoreCase(other.host) || isWildcard() || other.isWildcard());
    }

    /** The address to bind to. */
    public InetSocketAddress bindAddress() {
        return isWildcard() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    }

    /** {@code host:port}, with an IPv6 address in brackets. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
