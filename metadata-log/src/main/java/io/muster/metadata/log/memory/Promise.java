package io.muster.metadata.log.memory;

import io.muster.metadata.log.AppendOutcome;
import java.util.concurrent.CompletableFuture;

/** An append whose caller still waits, in one process. */
final class Promise {
    final CompletableFuture<AppendOutcome> outcome = new CompletableFuture<>();

    final Slot slot;

    Promise(Slot slot) {
        this.slot = slot;
    }
}
