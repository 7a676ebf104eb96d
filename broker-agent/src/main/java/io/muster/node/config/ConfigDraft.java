package io.muster.node.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A config under construction: the values read so far, where each came from, and what is wrong with them. */
final class ConfigDraft {
    private static final String DERIVED = "derived";

    private final ConfigProblems problems;
    private final Map<ConfigKey<?>, Object> values = new HashMap<>();
    private final Map<ConfigKey<?>, String> sources = new HashMap<>();
    private final Map<ConfigKey<?>, String> texts = new HashMap<>();

    ConfigDraft(ConfigProblems problems) {
        this.problems = problems;
    }

    /** Reads {@code text} as a value of {@code key}; a text that it cannot be is a problem, and the key stays without a value. */
    <T> void put(ConfigKey<T> key, String text, String source) {
        sources.put(key, source);
        texts.put(key, text);
        try {
            values.put(key, key.type().reader().apply(text));
        } catch (IllegalArgumentException e) {
            problems.add(source, key.name() + ": " + e.getMessage());
        }
    }

    /** Gives an unset key the value that follows from others. */
    <T> void derive(ConfigKey<T> key, T value) {
        if (!sources.containsKey(key)) {
            sources.put(key, DERIVED);
            texts.put(key, String.valueOf(value));
            values.put(key, value);
        }
    }

    @SuppressWarnings("unchecked") // put stores what the key's own type read
    <T> Optional<T> find(ConfigKey<T> key) {
        return Optional.ofNullable((@Nullable T) values.get(key));
    }

    /** True if the key has a default or somebody wrote a value, good or bad; false if its value is derived. */
    boolean isSet(ConfigKey<?> key) {
        return sources.containsKey(key) && !DERIVED.equals(sources.get(key));
    }

    /** Reports {@code what} at the place where {@code key} was set. */
    void problem(ConfigKey<?> key, String what) {
        problems.add(sources.getOrDefault(key, "not set"), key.name() + ": " + what);
    }

    Map<ConfigKey<?>, Object> values() {
        return values;
    }

    /** Every key in the list that is of use to {@code roles}, set or not. */
    List<EffectiveValue> effective(Set<Role> roles) {
        List<EffectiveValue> effective = new ArrayList<>();
        for (ConfigKey<?> key : ConfigKeys.all()) {
            if (key.roles().stream().anyMatch(roles::contains)) {
                effective.add(new EffectiveValue(
                        key.name(), texts.getOrDefault(key, ""), sources.getOrDefault(key, "not set")));
            }
        }
        return effective;
    }
}
