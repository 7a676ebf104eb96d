package io.muster.cli;

/** The form of an answer on standard output. */
public enum OutputFormat {
    /** For people. */
    table,
    /** For programs: one JSON object. */
    json
}
