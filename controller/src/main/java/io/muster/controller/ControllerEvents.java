package io.muster.controller;

import io.muster.error.ErrorCode;
import io.muster.log.v1.CauseKind;

/** Hears what the controller does, for meters. Called on the controller's thread; must be quick and never throw. */
public interface ControllerEvents {
    /** Hears nothing. */
    ControllerEvents NONE = new ControllerEvents() {};

    /** This voter is the controller now, or no longer. */
    default void onActive(boolean active) {}

    /** A command was decided: how long it waited and how long the decision took, whatever came of it. */
    default void onDecided(String command, long waitNs, long processingNs) {}

    /** A command was refused or failed. */
    default void onFailed(String command, ErrorCode code) {}

    /** An entry with so many batches was applied, so long after it was handed in. */
    default void onCommitted(int batches, long tookNs) {}

    /** The speculative image was dropped. */
    default void onSpeculationEnded() {}

    /** A broker was fenced by this controller's own verdict, and that is applied; its death was suspected or fell due then. */
    default void onFenced(CauseKind kind, long sinceNs) {}

    /** The wait for one partition's old owner has ended, so long after it was told to let go. */
    default void onHandOver(HandOverEnd end, long tookNs) {}
}
