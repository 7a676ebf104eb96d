package io.muster.node.config;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The definition of one key.
 *
 * @param name the key
 * @param type how its text is read, and what it may be
 * @param defaultText the text in force when the key is not set; null for none
 * @param derivedFrom says what an unset key follows from, for the reference page; empty for nothing
 * @param presence whether it must be set
 * @param roles the roles that use it
 * @param meaning one paragraph, Markdown, for the reference page
 * @param <T> the type of its value
 */
public record ConfigKey<T>(
        String name,
        KeyType<T> type,
        @Nullable String defaultText,
        String derivedFrom,
        Presence presence,
        Set<Role> roles,
        String meaning) {
    /** Whether a key must be set. */
    public enum Presence {
        /** Every node that has one of the roles must set it. */
        REQUIRED,
        /** It may be left out. */
        OPTIONAL
    }

    public ConfigKey {
        roles = Set.copyOf(roles);
    }

    static <T> ConfigKey<T> required(String name, KeyType<T> type, Set<Role> roles, String meaning) {
        return new ConfigKey<>(name, type, null, "", Presence.REQUIRED, roles, meaning);
    }

    static <T> ConfigKey<T> optional(String name, KeyType<T> type, Set<Role> roles, String meaning) {
        return new ConfigKey<>(name, type, null, "", Presence.OPTIONAL, roles, meaning);
    }

    static <T> ConfigKey<T> withDefault(
            String name, KeyType<T> type, String defaultText, Set<Role> roles, String meaning) {
        return new ConfigKey<>(name, type, defaultText, "", Presence.OPTIONAL, roles, meaning);
    }

    static <T> ConfigKey<T> derived(String name, KeyType<T> type, String derivedFrom, Set<Role> roles, String meaning) {
        return new ConfigKey<>(name, type, null, derivedFrom, Presence.OPTIONAL, roles, meaning);
    }

    public Optional<String> defaultValue() {
        return Optional.ofNullable(defaultText);
    }

    public boolean isRequired() {
        return presence == Presence.REQUIRED;
    }

    /** The environment variable that sets it: {@code node.id} is {@code NODE_ID}. */
    public String environmentName() {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(java.util.Locale.ROOT);
    }
}
