package io.muster.controller;

import io.muster.log.v1.Batch;
import java.util.ArrayList;
import java.util.List;

/** A batch under way, who waits for it, and who waits behind it. */
final class Step {
    /** An answer that rests on batches under way but adds none. */
    record Follower(Pending<?> pending, Runnable complete) {}

    final Pending<?> pending;
    final Batch batch;
    final Runnable complete;
    final List<Follower> followers = new ArrayList<>(0);

    Step(Pending<?> pending, Batch batch, Runnable complete) {
        this.pending = pending;
        this.batch = batch;
        this.complete = complete;
    }

    void applied() {
        complete.run();
        followers.forEach(f -> f.complete().run());
    }
}
