package io.muster.agent.work;

import io.muster.agent.Ownership;
import io.muster.agent.UnfinishedLead;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers across the end of the process which calls of {@code lead} were under way: one of them may be what it died of. A small
 * file, mapped into memory, so that a mark costs no system call and outlives the process (not the machine: that did not die of a
 * partition). Thread-safe.
 */
public final class LeadMarks implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeadMarks.class);

    /** Calls under way that are remembered; one that finds no room goes unmarked. */
    private static final int PLACES = 1024;
    /** Resource, partition with the highest bit set, leader epoch. */
    private static final int PLACE_BYTES = Long.BYTES + Integer.BYTES + Long.BYTES;

    private static final int USED = 1 << 31;

    private final ByteBuffer places;
    private final BitSet taken = new BitSet(PLACES);
    /** Of the taken places those of the last process. */
    private final BitSet untold = new BitSet(PLACES);

    private final List<UnfinishedLead> found;

    private LeadMarks(ByteBuffer places) {
        this.places = places;
        this.found = read();
        taken.or(untold);
        for (int place = taken.nextClearBit(0); place < PLACES; place = taken.nextClearBit(place + 1)) {
            // Written to although it says nothing: a disk that has no room for the file is found out now.
            erase(place);
        }
    }

    /** Marks in {@code file}, which is made if it is not there. A file that cannot be used costs the marks, not the start. */
    public static LeadMarks in(Path file) {
        return in(file, channel -> channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) PLACES * PLACE_BYTES));
    }

    static LeadMarks in(Path file, Mapping mapping) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new LeadMarks(mapping.of(channel));
        } catch (IOException | InternalError e) {
            // The error is what Java makes of a mapped page that the disk has no room for.
            log.warn(
                    "{} cannot be used ({}); a partition that kills its owner will not be recognized.",
                    file,
                    e.toString());
            return inMemory();
        }
    }

    /** How the file gets into memory. */
    interface Mapping {
        ByteBuffer of(FileChannel channel) throws IOException;
    }

    /** Marks that end with the process. */
    public static LeadMarks inMemory() {
        return new LeadMarks(ByteBuffer.allocate(PLACES * PLACE_BYTES));
    }

    /** What was under way when the last process ended. The next one finds it too if this one ends before {@link #told}. */
    public List<UnfinishedLead> found() {
        return found;
    }

    /** The controller has been told what was found: erases it. */
    public synchronized void told() {
        untold.stream().forEach(this::erase);
        taken.andNot(untold);
        untold.clear();
    }

    private List<UnfinishedLead> read() {
        List<UnfinishedLead> leads = new ArrayList<>();
        for (int place = 0; place < PLACES; place++) {
            int at = place * PLACE_BYTES;
            int partition = places.getInt(at + Long.BYTES);
            if ((partition & USED) != 0) {
                untold.set(place);
                leads.add(new UnfinishedLead(
                        places.getLong(at), partition & ~USED, places.getLong(at + Long.BYTES + Integer.BYTES)));
            }
        }
        return List.copyOf(leads);
    }

    /** A call begins; returns the place of its mark, for {@link #ended}. */
    synchronized int begins(Ownership ownership) {
        int place = taken.nextClearBit(0);
        if (place < PLACES) {
            taken.set(place);
            int at = place * PLACE_BYTES;
            places.putLong(at, ownership.partition().resourceId());
            places.putLong(at + Long.BYTES + Integer.BYTES, ownership.epoch());
            // Last: half a mark is none.
            places.putInt(at + Long.BYTES, ownership.partition().number() | USED);
        }
        return place;
    }

    /** The call has returned, or thrown. */
    synchronized void ended(int place) {
        if (place < PLACES) {
            erase(place);
            taken.clear(place);
        }
    }

    private void erase(int place) {
        places.putInt(place * PLACE_BYTES + Long.BYTES, 0);
    }

    /** Erases every mark of this process: it ends of its own will. What it did not come to tell the next one will. */
    @Override
    public synchronized void close() {
        taken.andNot(untold);
        taken.stream().forEach(this::erase);
        untold.clear();
        taken.set(0, PLACES);
    }
}
