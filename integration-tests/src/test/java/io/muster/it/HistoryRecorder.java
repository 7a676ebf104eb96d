package io.muster.it;

import io.muster.it.history.Change;
import io.muster.it.history.Effect;
import io.muster.it.history.History;
import io.muster.it.history.Outcome;
import io.muster.it.history.Read;
import io.muster.testkit.witness.Beat;
import io.muster.testkit.witness.BeatObserver;
import java.util.ArrayList;
import java.util.List;

/** Collects what clients and owners see. Thread-safe. */
final class HistoryRecorder implements BeatObserver {
    private final List<Change> changes = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private int operations;
    private long lastAcknowledgedNanos = System.nanoTime();
    private long longestSilenceNanos;

    /** The longest silence is counted from here on. */
    synchronized void begin() {
        lastAcknowledgedNanos = System.nanoTime();
        longestSilenceNanos = 0;
    }

    /** @param reached false if nobody led the quorum; then it is no operation, though it must leave no trace */
    synchronized void add(Change change, boolean reached) {
        changes.add(change);
        operations += reached ? 1 : 0;
        if (change.outcome() == Outcome.OK) {
            longestSilenceNanos = Math.max(longestSilenceNanos, change.returnedNanos() - lastAcknowledgedNanos);
            lastAcknowledgedNanos = Math.max(lastAcknowledgedNanos, change.returnedNanos());
        }
    }

    synchronized void add(Read read) {
        reads.add(read);
        operations++;
    }

    @Override
    public synchronized void judged(int node, Beat beat, boolean accepted, long arrivalNanos) {
        effects.add(new Effect(node, beat, accepted));
    }

    /** Operations that reached a controller, however they ended. */
    synchronized int operations() {
        return operations;
    }

    synchronized long count(Outcome outcome) {
        return changes.stream().filter(c -> c.outcome() == outcome).count();
    }

    /** The longest time in which nobody's change was acknowledged. */
    synchronized double longestSilenceSeconds() {
        return longestSilenceNanos / 1e9;
    }

    synchronized History history() {
        return new History(List.copyOf(changes), List.copyOf(reads), List.copyOf(effects));
    }
}
