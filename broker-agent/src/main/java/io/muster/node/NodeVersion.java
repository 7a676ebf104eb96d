package io.muster.node;

/** The version of this software, as its jar says. */
final class NodeVersion {
    static final String CURRENT = read();

    private NodeVersion() {}

    private static String read() {
        String version = NodeVersion.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }
}
