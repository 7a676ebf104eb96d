package io.muster.it.history;

import io.muster.it.history.CommittedLog.Entry;
import io.muster.metadata.log.ratis.RatisLogReader;
import io.muster.metadata.log.ratis.RatisLogReader.Item;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what voters write, so that the whole log can be judged though they take snapshots and purge. It must {@link #look} more
 * often than they purge. Not thread-safe.
 *
 * <p>Entries that it has seen need not be committed. Of two at one index the one of the higher term is kept: if one of them is
 * committed, it is that one, because every later leader holds what is committed.
 */
public final class LogKeeper {
    private final TreeMap<Long, Entry> kept = new TreeMap<>();

    /** Takes over what the disk of a voter holds, whether it runs or not. */
    public void look(Path storage) {
        RatisLogReader.read(storage, item -> {
            if (item instanceof Item.Entry entry) {
                kept.merge(
                        entry.index(),
                        new Entry(entry.term(), entry.entry()),
                        (old, seen) -> seen.term() > old.term() ? seen : old);
            }
        });
    }

    /**
     * The whole log as a voter that does not run holds it: what is on its disk, and for what its snapshot stands for, what was
     * kept.
     *
     * @param offset what is at or behind this offset may not be committed and is left out
     */
    public CommittedLog of(Path storage, long offset) {
        List<Entry> own = new ArrayList<>();
        AtomicLong snapshot = new AtomicLong(-1);
        RatisLogReader.read(storage, item -> {
            if (item instanceof Item.Snapshot begins) {
                snapshot.set(begins.index());
            }
            if (item instanceof Item.Entry entry) {
                own.add(new Entry(entry.term(), entry.entry()));
            }
        });
        List<Entry> all = new ArrayList<>(kept.headMap(snapshot.get(), true).values());
        all.addAll(own);
        return CommittedLog.of(all, offset);
    }
}
