package io.muster.metadata.log.ratis;

import java.util.concurrent.CompletionStage;

/**
 * Asks another voter's process about its storage. Raft's own messages have no such question, so node assembly carries it
 * over its own listener.
 */
public interface PeerLogProbe {
    /** Completes exceptionally, or not within the caller's patience, if the voter cannot be reached. Must not block. */
    CompletionStage<PeerLog> ask(Voter voter);
}
