package io.muster.controller;

import io.muster.controller.decide.Command;
import io.muster.controller.decide.Decision;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.AppendOutcome;
import io.muster.metadata.record.LogCodec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The committed image, the controller's own batches under way, and the image that both together make. It lasts for one
 * epoch. Not thread-safe.
 */
final class Speculation {
    /** Room in an entry for what is around its batches. */
    private static final int ENTRY_OVERHEAD_BYTES = 1024;

    static final int MAX_BATCH_BYTES = LogCodec.MAX_ENTRY_BYTES - ENTRY_OVERHEAD_BYTES;

    final long epoch;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private MetadataImage committed;
    private MetadataImage image;
    private @Nullable Step last;

    Speculation(long epoch, MetadataImage committed) {
        this.epoch = epoch;
        this.committed = committed;
        this.image = committed;
    }

    MetadataImage committed() {
        return committed;
    }

    /** What decisions are made against. */
    MetadataImage image() {
        return image;
    }

    int flights() {
        return flights.size();
    }

    /**
     * Makes the batch of a decision and applies it to the image.
     *
     * @throws MusterException if the batch is too large for the log; nothing changed
     * @throws RuntimeException if the records break an invariant; nothing changed
     */
    <R> Step stepFor(Pending<R> pending, Decision<R> decision, long wallMs) {
        long offset = image.nextOffset();
        Batch batch = Batch.newBuilder()
                .setControllerEpoch(epoch)
                .setBaseOffset(offset)
                .setTimestampMs(wallMs)
                .setCause(decision.cause())
                .addAllRecords(decision.records())
                .build();
        if (batch.getSerializedSize() > MAX_BATCH_BYTES) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The change would take " + batch.getSerializedSize() + " bytes of the log and one change may take "
                            + MAX_BATCH_BYTES + "; split it into smaller ones.");
        }
        image = image.apply(batch).after();
        Step step = new Step(pending, batch, () -> Speculation.complete(pending, decision, offset));
        last = step;
        return step;
    }

    private static <R> void complete(Pending<R> pending, Decision<R> decision, long offset) {
        try {
            pending.answer.complete(decision.reply().apply(offset));
        } catch (RuntimeException e) {
            pending.fail(new MusterException(
                    ErrorCode.INTERNAL,
                    "The change was made at offset " + offset + ", but its answer could not be: " + e.getMessage(),
                    e));
        }
    }

    /** Runs {@code complete} when everything decided so far is applied: now, if nothing is under way. */
    void afterAllSoFar(Pending<?> pending, Runnable complete) {
        if (last == null) {
            complete.run();
        } else {
            last.followers.add(new Step.Follower(pending, complete));
        }
    }

    LogEntry entryOf(Flight flight) {
        return LogCodec.entry(epoch, flight.steps.stream().map(s -> s.batch).toList());
    }

    void handedIn(Flight flight) {
        flights.addLast(flight);
    }

    boolean isUnderWay(Flight flight) {
        return flights.contains(flight);
    }

    /** How a batch that was applied relates to what is under way. */
    enum Match {
        /** It is the oldest one under way. */
        OURS,
        /** Nothing of ours was due: a batch of an earlier speculation surfaced. */
        STRAY,
        /** It took the place of one under way: everything under way is void. */
        USURPED
    }

    /** A batch was applied. Completes its callers; returns the flight that it finished through {@code finished}. */
    Match applied(Applied applied, long term, java.util.function.Consumer<Flight> finished) {
        committed = applied.after();
        Flight flight = flights.peekFirst();
        if (flight == null) {
            if (last == null) {
                image = committed;
            }
            return Match.STRAY;
        }
        Step step = flight.steps.getFirst();
        if (term != epoch || !step.batch.equals(applied.batch())) {
            return Match.USURPED;
        }
        flight.steps.removeFirst();
        if (flight.steps.isEmpty()) {
            flights.removeFirst();
            finished.accept(flight);
        }
        if (step == last) {
            // The two images are equal; the committed one shares its memory with everybody else's.
            last = null;
            image = committed;
        }
        step.applied();
        return Match.OURS;
    }

    void replaced(MetadataImage newImage) {
        committed = newImage;
    }

    /**
     * Gives up {@code from} and everything after it: these callers fail; those that only waited behind are returned, to be
     * decided again.
     *
     * @param from null for everything under way
     */
    List<Pending<?>> abandon(@Nullable Flight from, AppendOutcome outcome, String why) {
        List<Pending<?>> again = new ArrayList<>();
        Deque<Flight> kept = new ArrayDeque<>();
        boolean giveUp = from == null;
        while (!flights.isEmpty()) {
            Flight flight = flights.removeFirst();
            giveUp |= flight == from;
            if (!giveUp) {
                kept.addLast(flight);
                continue;
            }
            boolean refused = flight == from && outcome == AppendOutcome.REFUSED;
            for (Step step : flight.steps) {
                step.pending.fail(refused ? refused(step, why) : unknown(step, why));
                step.followers.forEach(f -> again.add(f.pending()));
            }
        }
        flights.addAll(kept);
        last = kept.isEmpty() ? null : kept.getLast().steps.peekLast();
        return again;
    }

    /** The log has said what became of everything: go on from the committed image. */
    void restart() {
        image = committed;
        last = null;
    }

    private static MusterException refused(Step step, String why) {
        return new MusterException(
                ErrorCode.OVERLOADED,
                "The log did not take " + step.pending.command.name() + ": " + why
                        + " Nothing changed; try again after a pause.");
    }

    private static MusterException unknown(Step step, String why) {
        String requestId = step.batch.getCause().getRequestId();
        Command<?> command = step.pending.command;
        return new MusterException(
                ErrorCode.UNKNOWN_OUTCOME,
                requestId.isEmpty()
                        ? "It is not known whether " + command.name() + " was done: " + why
                                + " Look at the cluster before you repeat it."
                        : "It is not known whether " + command.name() + " with request id " + requestId + " was done: "
                                + why + " Repeat it with the same request id to learn it.");
    }
}
