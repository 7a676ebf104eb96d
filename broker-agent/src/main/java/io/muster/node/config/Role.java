package io.muster.node.config;

import java.util.Locale;

/** What a node does; a node may do both. */
public enum Role {
    /** It votes in the quorum, and may lead it. */
    CONTROLLER,
    /** It hosts work. */
    BROKER;

    /** The word used in config files and on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
