package io.muster.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the jar's manifest, and the JVM's. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"muster " + software(), "java " + Runtime.version()};
    }

    private static String software() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(built from classes)" : version;
    }
}
