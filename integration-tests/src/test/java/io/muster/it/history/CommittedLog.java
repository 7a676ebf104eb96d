package io.muster.it.history;

import io.muster.log.v1.Batch;
import io.muster.log.v1.LogEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The log of one voter, from its first entry: every entry with its term, and the batches that count.
 *
 * @param entries all entries of Muster, in order
 * @param batches the batch at offset i is the i-th
 */
public record CommittedLog(List<Entry> entries, List<Batch> batches) {
    /**
     * An entry.
     *
     * @param term of the log entry that holds it
     * @param entry what it says
     */
    public record Entry(long term, LogEntry entry) {}

    /**
     * The entries up to the batch before {@code offset}, by the rule that every replica follows: what a deposed controller
     * wrote, or what is behind a lost batch, does not count.
     */
    public static CommittedLog of(List<Entry> all, long offset) {
        List<Entry> entries = new ArrayList<>();
        List<Batch> batches = new ArrayList<>();
        for (Entry e : all) {
            if (batches.size() >= offset) {
                break;
            }
            entries.add(e);
            if (e.entry().getControllerEpoch() == e.term()) {
                for (Batch batch : e.entry().getBatchesList()) {
                    if (batch.getControllerEpoch() != e.term() || batch.getBaseOffset() != batches.size()) {
                        break;
                    }
                    batches.add(batch);
                }
            }
        }
        return new CommittedLog(entries, batches);
    }
}
