package io.muster.testkit.invariant;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Invariants 1 and 2: who leads in a term, and that every voter applies the same and so holds the same. */
final class ReplicaAgreement {
    /** Images that are kept to compare others with. */
    private static final int KEPT = 4096;

    private final Tally tally;
    private final int wholeEvery;
    private final Map<Long, Integer> actors = new HashMap<>();
    /** A ring of the newest images, by this class's own reading of the log. */
    private final @Nullable Kept[] kept = new Kept[KEPT];

    private long first = -1;
    private long next;

    private static final class Kept {
        private final Applied applied;
        private long hash;
        private boolean hashed;

        Kept(Applied applied) {
            this.applied = applied;
        }

        /** Made only when somebody asks: most images are never compared as a whole. */
        long hash() {
            if (!hashed) {
                hashed = true;
                hash = ImageHash.of(applied.after());
            }
            return hash;
        }
    }

    /** @param wholeEvery every how many offsets whole images are compared, not only batches */
    ReplicaAgreement(Tally tally, int wholeEvery) {
        this.tally = tally;
        this.wholeEvery = wholeEvery;
    }

    void accepted(Applied applied) {
        first = first < 0 ? applied.offset() : first;
        kept[(int) (applied.offset() % KEPT)] = new Kept(applied);
        next = applied.offset() + 1;
    }

    void leads(int voter, long epoch) {
        tally.checked(1);
        Integer other = actors.putIfAbsent(epoch, voter);
        if (other != null && other != voter) {
            throw tally.broken(1, "voters " + other + " and " + voter + " both lead in epoch " + epoch);
        }
    }

    void applied(int voter, Applied theirs) {
        long offset = theirs.offset();
        tally.checked(1);
        Kept mine = at(offset);
        if (offset >= next || (mine != null && !mine.applied.batch().equals(theirs.batch()))) {
            throw tally.broken(
                    1, "voter " + voter + " applied another batch at offset " + offset + " than the log holds");
        }
        if (offset % wholeEvery == 0) {
            checkWhole(voter, theirs.after());
        }
    }

    void checkWhole(int voter, MetadataImage theirs) {
        tally.checked(2);
        if (theirs.nextOffset() == 0) {
            return;
        }
        Kept mine = at(theirs.nextOffset() - 1);
        if (mine != null && mine.hash() != ImageHash.of(theirs)) {
            throw tally.broken(2, "voter " + voter + " holds another image at offset " + theirs.nextOffset());
        }
    }

    private @Nullable Kept at(long offset) {
        return offset < first || offset >= next || next - offset > KEPT ? null : kept[(int) (offset % KEPT)];
    }
}
