package io.muster.cli.cluster;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where something listens.
 *
 * @param host name or address; an IPv6 address without its brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
    /**
     * Reads "host:port" or "[v6]:port".
     *
     * @throws IllegalArgumentException with a sentence if it is neither
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon <= 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            host = "";
        }
        int port = colon < 0 ? 0 : port(text.substring(colon + 1));
        if (host.isBlank() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("'" + text + "' is no address: write HOST:PORT");
        }
        return new HostPort(host, port);
    }

    private static int port(String digits) {
        return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : 0;
    }

    /** Reads a comma-separated list. */
    static List<HostPort> parseList(String text) {
        List<HostPort> all = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.isBlank()) {
                all.add(parse(part.strip()));
            }
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no address is given: write HOST:PORT, several with commas between");
        }
        return List.copyOf(all);
    }

    /** A list of addresses as an option's value. */
    public record Addresses(List<HostPort> all) {}

    /** For picocli: one address. */
    public static final class Converter implements ITypeConverter<HostPort> {
        @Override
        public HostPort convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** For picocli: several addresses. */
    public static final class ListConverter implements ITypeConverter<Addresses> {
        @Override
        public Addresses convert(String value) {
            try {
                return new Addresses(parseList(value));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
