package io.muster.agent.core;

import io.muster.agent.Partition;
import io.muster.log.v1.StateKind;
import io.muster.metadata.image.PartitionState;
import org.jspecify.annotations.Nullable;

/**
 * This broker's replica of one partition: what the image wants of it, and how far the application is. Plain data;
 * {@link Seats} moves it. Not thread-safe.
 */
final class Seat {
    /** No leader epoch. */
    static final long NONE = -1;

    /** After so many failures in a row the controller is told that this broker fails to lead the partition. */
    private static final int TELLING_FAILURES = 3;

    private static final long FIRST_PAUSE_NS = 1_000_000_000L;
    private static final long LONGEST_PAUSE_NS = 60_000_000_000L;

    final Partition partition;

    /** What the application has reached. */
    SeatPhase phase = SeatPhase.NOT_READY;
    /** The callback under way, 0 for none. */
    long callbackId;
    /** A prepare has succeeded since the last drop, so there is something to drop. */
    boolean built;
    /** The application must prepare again although it is built: this durable replica was taken out of the ready set. */
    boolean stale;
    /** Open or closed; null only when nothing can run under it any more. */
    @Nullable
    OwnershipHandle ownership;
    /** When the ownership was closed. */
    long closedAtNs;

    /** What the image says: a replica is here. */
    boolean wanted;
    /** What the image says: we lead, at this epoch. */
    long leadEpoch = NONE;
    /** What the image says: it waits for us to give back this epoch. */
    long releasingEpoch = NONE;
    /** What the image says: our replica may lead. */
    boolean readyInImage;

    /** What the image says: owners in a row that failed here; 0 when the partition is not suspected. */
    int strikes;

    /** What the last failed step said. */
    String failure = "";

    /** Failures of the current step in a row. */
    int failures;
    /** Not to be tried again before. */
    long retryAtNs;

    Seat(Partition partition) {
        this.partition = partition;
    }

    /** Takes over what the image says; null when the partition is gone. */
    void follow(@Nullable PartitionState state, int me) {
        long lead = NONE;
        long releasing = NONE;
        boolean ready = false;
        wanted = state != null && state.hasReplica(me);
        if (state != null) {
            lead = state.leader() == me ? state.leaderEpoch() : NONE;
            releasing = state.releasing() == me ? state.leaderEpoch() : NONE;
            ready = state.isReady(me);
            if (readyInImage && !ready && state.resource().stateKind() == StateKind.STATE_DURABLE) {
                stale = true;
            }
        }
        if (lead != leadEpoch && lead != NONE) {
            failures = 0;
        }
        leadEpoch = lead;
        releasingEpoch = releasing;
        readyInImage = ready;
    }

    /** The application may lead this partition. */
    boolean isPrepared() {
        return !stale
                && switch (phase) {
                    case STANDBY, STARTING, LEADING, RELEASING -> true;
                    case NOT_READY, PREPARING, DROPPING -> false;
                };
    }

    /** The application fails to lead, and that is no passing matter. */
    boolean failsToLead() {
        return leadEpoch != NONE && phase == SeatPhase.STANDBY && failures >= TELLING_FAILURES;
    }

    /** It is suspected of harming its owners, and leads well here. */
    boolean leadsThoughSuspected() {
        return strikes > 1 && leadEpoch != NONE && phase == SeatPhase.LEADING;
    }

    boolean isBusy() {
        return callbackId != 0;
    }

    boolean isDue(long nowNs) {
        return failures == 0 || nowNs >= retryAtNs;
    }

    /** Waits longer after each failure: 1 s, 2 s, … 60 s. */
    void failed(long nowNs) {
        failures = Math.min(failures + 1, 30);
        retryAtNs = nowNs + Math.min(LONGEST_PAUSE_NS, FIRST_PAUSE_NS << (failures - 1));
    }

    /** Nothing here any more, and nothing wanted. */
    boolean isGone() {
        return !wanted
                && !built
                && !isBusy()
                && ownership == null
                && releasingEpoch == NONE
                && phase == SeatPhase.NOT_READY;
    }
}
