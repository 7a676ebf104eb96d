package io.muster.cli.demo;

import io.muster.cli.OutputFormat;
import java.io.PrintWriter;

/** Tells what happens as it happens, with the seconds since the start in front. Standard output belongs to JSON if asked. */
final class Narrator {
    private final PrintWriter to;
    private final long startNanos = System.nanoTime();

    Narrator(OutputFormat output, PrintWriter out, PrintWriter err) {
        this.to = output == OutputFormat.json ? err : out;
    }

    /** A step of the story. */
    void say(String sentence) {
        to.printf("%5.1f s  %s%n", (System.nanoTime() - startNanos) / 1e9, sentence);
        to.flush();
    }

    /** A line that belongs to the step before. */
    void detail(String line) {
        to.println("         " + line);
        to.flush();
    }

    void blank() {
        to.println();
    }

    /** For tables. */
    PrintWriter writer() {
        return to;
    }
}
