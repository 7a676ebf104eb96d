package io.muster.bench;

import java.util.logging.LogManager;

/** Keeps the lines of java.util.logging out of what is measured and printed; slf4j's are off in {@code logback.xml}. */
final class Quiet {
    private Quiet() {}

    static void logs() {
        LogManager.getLogManager().reset();
    }
}
