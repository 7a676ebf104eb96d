package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.error.MusterException;
import java.util.concurrent.CompletableFuture;

/** A command whose caller waits. */
final class Pending<R> {
    final Command<R> command;
    final CompletableFuture<R> answer = new CompletableFuture<>();
    final long submittedNs;
    /** Liveness gives the broker no lease while this waits. */
    final boolean isVerdict;

    Pending(Command<R> command, long submittedNs, boolean isVerdict) {
        this.command = command;
        this.submittedNs = submittedNs;
        this.isVerdict = isVerdict;
    }

    void fail(MusterException error) {
        answer.completeExceptionally(error);
    }
}
