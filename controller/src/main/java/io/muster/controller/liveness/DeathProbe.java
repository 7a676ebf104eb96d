package io.muster.controller.liveness;

import java.util.concurrent.CompletionStage;

/** Asks a broker's own host whether its process is still there. Thread-safe; never blocks. */
@FunctionalInterface
public interface DeathProbe {
    /** Never knows anything: for switched-off proof of death. */
    DeathProbe NONE = (host, port, incarnation) ->
            java.util.concurrent.CompletableFuture.completedStage(ProbeResult.noProof("probing is off"));

    /**
     * Probes the broker's gRPC listener.
     *
     * @param incarnation the process start that is in question
     * @return completes normally, soon, with what was learned
     */
    CompletionStage<ProbeResult> probe(String host, int port, String incarnation);
}
