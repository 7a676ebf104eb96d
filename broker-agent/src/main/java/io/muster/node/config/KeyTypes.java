package io.muster.node.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;

/** The kinds of value that keys have. */
final class KeyTypes {
    /** Longest text of one value; a longer one is a mistake. */
    static final int TEXT_LENGTH_MAX = 249;

    private KeyTypes() {}

    static KeyType<Integer> integer(int min, int max) {
        return number("integer", "", min, max, n -> (int) n);
    }

    static KeyType<Long> count(long min, long max) {
        return number("integer", "", min, max, n -> n);
    }

    static KeyType<Long> millis(long min, long max) {
        return number("integer", "milliseconds", min, max, n -> n);
    }

    static KeyType<Long> bytes(long min, long max) {
        return number("integer", "bytes", min, max, n -> n);
    }

    private static <T> KeyType<T> number(String name, String unit, long min, long max, LongFunction<T> boxed) {
        Function<String, T> reader = text -> {
            long n;
            try {
                n = Long.parseLong(text);
            } catch (NumberFormatException e) {
                String hint = unit.isEmpty() ? "" : " of " + unit + ", without a unit";
                throw new IllegalArgumentException("'" + text + "' is not a whole number" + hint, e);
            }
            if (n < min || n > max) {
                throw new IllegalArgumentException(n + " is out of range; it must be between " + min + " and " + max);
            }
            return boxed.apply(n);
        };
        return new KeyType<>(name, min + " to " + max, unit, reader);
    }

    /** A share of something: above 0, at most 1. */
    static KeyType<Double> share() {
        return new KeyType<>("number", "above 0, at most 1", "", text -> {
            double share;
            try {
                share = Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + text + "' is not a number, as in 0.5", e);
            }
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("'" + text + "' is out of range; it must be above 0 and at most 1");
            }
            return share;
        });
    }

    static KeyType<Boolean> bool() {
        return new KeyType<>("boolean", "true or false", "", text -> {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("'" + text + "' is neither true nor false");
            }
            return text.equals("true");
        });
    }

    static KeyType<String> text() {
        return new KeyType<>("text", "up to " + TEXT_LENGTH_MAX + " characters", "", text -> {
            if (text.length() > TEXT_LENGTH_MAX) {
                throw new IllegalArgumentException(
                        "it has " + text.length() + " characters; " + TEXT_LENGTH_MAX + " are allowed");
            }
            return text;
        });
    }

    static KeyType<Path> directory() {
        return new KeyType<>("directory", "", "", text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("it is not a path: " + e.getReason(), e);
            }
        });
    }

    static KeyType<Endpoint> endpoint() {
        return new KeyType<>("host:port", "", "", Endpoint::parse);
    }

    /** Addresses to connect to, so no wildcard. */
    static KeyType<List<Endpoint>> endpoints() {
        return new KeyType<>(
                "list of host:port",
                "",
                "",
                text -> eachOf(text, item -> {
                    Endpoint endpoint = Endpoint.parse(item);
                    if (endpoint.isWildcard()) {
                        throw new IllegalArgumentException("'" + item + "' must name a host to connect to");
                    }
                    return endpoint;
                }));
    }

    static KeyType<List<Voter>> voters() {
        return new KeyType<>("list of id@host:port", "", "", text -> eachOf(text, Voter::parse));
    }

    static KeyType<Set<Role>> roles() {
        return new KeyType<>("list", "controller, broker, or both", "", text -> {
            Set<Role> roles = EnumSet.noneOf(Role.class);
            for (String word : eachOf(text, Function.identity())) {
                Role role = java.util.Arrays.stream(Role.values())
                        .filter(r -> r.word().equals(word))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "'" + word + "' is no role; write controller, broker, or controller,broker"));
                if (!roles.add(role)) {
                    throw new IllegalArgumentException("'" + word + "' is named twice");
                }
            }
            return new LinkedHashSet<>(roles);
        });
    }

    static KeyType<Map<String, String>> labels() {
        return new KeyType<>("list of name=value", "", "", text -> {
            Map<String, String> labels = new LinkedHashMap<>();
            for (String item : eachOf(text, Function.identity())) {
                int equals = item.indexOf('=');
                if (equals < 1) {
                    throw new IllegalArgumentException("'" + item + "' must be name=value");
                }
                String name = item.substring(0, equals).strip();
                if (labels.put(name, item.substring(equals + 1).strip()) != null) {
                    throw new IllegalArgumentException("'" + name + "' is named twice");
                }
            }
            return Map.copyOf(labels);
        });
    }

    private static <T> List<T> eachOf(String text, Function<String, T> reader) {
        List<T> items = new ArrayList<>();
        for (String item : text.split(",", -1)) {
            if (item.isBlank()) {
                throw new IllegalArgumentException("'" + text + "' has an empty entry; look for a comma too many");
            }
            items.add(reader.apply(item.strip()));
        }
        return List.copyOf(items);
    }
}
