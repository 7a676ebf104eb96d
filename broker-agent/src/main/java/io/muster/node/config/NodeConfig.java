package io.muster.node.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one node, complete and free of contradictions: {@link NodeConfigReader} makes no other. Immutable.
 *
 * <p>Any value is read by its definition, as in {@code config.get(ConfigKeys.NODE_ID)}; the values that nearly every reader
 * wants have methods of their own.
 */
public final class NodeConfig {
    private final Path file;
    private final Map<ConfigKey<?>, Object> values;
    private final List<EffectiveValue> effective;

    NodeConfig(Path file, Map<ConfigKey<?>, Object> values, List<EffectiveValue> effective) {
        this.file = file;
        this.values = new HashMap<>(values);
        this.effective = List.copyOf(effective);
    }

    /** The file it was read from. */
    public Path file() {
        return file;
    }

    /**
     * The value of a key that is required, has a default, or is derived for the roles of this node.
     *
     * @throws IllegalStateException if the key has no value here
     */
    public <T> T get(ConfigKey<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException(key.name() + " has no value on this node"));
    }

    /** The value of a key, if it has one. */
    public <T> Optional<T> find(ConfigKey<T> key) {
        return Optional.ofNullable(valueOf(key));
    }

    @SuppressWarnings("unchecked") // the reader stores under each key what the key's type read
    private <T> @Nullable T valueOf(ConfigKey<T> key) {
        return (T) values.get(key);
    }

    public int nodeId() {
        return get(ConfigKeys.NODE_ID);
    }

    public Set<Role> roles() {
        return get(ConfigKeys.PROCESS_ROLES);
    }

    public boolean isController() {
        return roles().contains(Role.CONTROLLER);
    }

    public boolean isBroker() {
        return roles().contains(Role.BROKER);
    }

    /** The initial voters; empty on a node that is only a broker. */
    public List<Voter> voters() {
        return find(ConfigKeys.VOTERS).orElse(List.of());
    }

    /** gRPC listeners of voters to begin with; may be empty on a voter. */
    public List<Endpoint> bootstrapServers() {
        return find(ConfigKeys.BOOTSTRAP_SERVERS).orElse(List.of());
    }

    /** Where gRPC listens. */
    public Endpoint listener() {
        return get(ConfigKeys.LISTENER);
    }

    /** Where other nodes find the gRPC listener. */
    public Endpoint advertisedListener() {
        return get(ConfigKeys.ADVERTISED_LISTENER);
    }

    /** Where metrics and health are shown; empty when they are not. */
    public Optional<Endpoint> httpListener() {
        return find(ConfigKeys.HTTP_LISTENER);
    }

    public Path logDir() {
        return get(ConfigKeys.LOG_DIR);
    }

    /** Every key that this node's roles use, in the order of the reference page, with the source of its value. */
    public List<EffectiveValue> effective() {
        return effective;
    }
}
