package io.muster.controller;

import io.muster.controller.decide.Command;
import java.util.concurrent.CompletionStage;

/** Takes commands for the controller. Thread-safe where the controller is. */
@FunctionalInterface
public interface Submitter {
    /**
     * Asks for a decision.
     *
     * @return completes when everything the decision rests on is applied; fails with a
     *     {@link io.muster.error.MusterException}: NOT_CONTROLLER, OVERLOADED, UNKNOWN_OUTCOME (it may or may not have been
     *     done), or what the decision refused with. It completes on the controller's thread: do not block in it
     */
    <R> CompletionStage<R> submit(Command<R> command);
}
