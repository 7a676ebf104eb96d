package io.muster.node.config;

/**
 * A value in force and where it comes from.
 *
 * @param name the key
 * @param value the value as text; empty when the key is unset
 * @param source "node.properties:12", "environment NODE_ID", "-Dnode.id", "default", "derived" or "given by the program"
 */
public record EffectiveValue(String name, String value, String source) {
    /** {@code name=value (source)}. */
    @Override
    public String toString() {
        return name + "=" + value + " (" + source + ")";
    }
}
