package io.muster.metadata.log.memory;

import io.muster.log.v1.LogEntry;

/**
 * An entry in its place in the log.
 *
 * @param term the Raft term in which it was appended: not always the term its writer meant
 * @param entry what was appended
 */
public record Slot(long term, LogEntry entry) {}
