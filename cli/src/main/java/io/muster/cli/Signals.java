package io.muster.cli;

import sun.misc.Signal;

/**
 * What a signal does instead of ending the JVM. A shutdown hook would not do: it cannot tell SIGTERM, an orderly stop, from
 * Ctrl-C, and cannot choose the exit code. The JDK offers no other way than this class, in its supported {@code
 * jdk.unsupported} module.
 */
public final class Signals {
    private Signals() {}

    /** Runs {@code action} whenever the signal comes; "TERM" or "INT". */
    public static void on(String name, Runnable action) {
        Signal.handle(new Signal(name), signal -> action.run());
    }
}
