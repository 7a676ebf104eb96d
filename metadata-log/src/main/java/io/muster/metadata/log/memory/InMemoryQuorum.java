package io.muster.metadata.log.memory;

import io.muster.log.v1.SnapshotChunk;
import io.muster.log.v1.SnapshotHeader;
import io.muster.metadata.image.ImageLoader;
import io.muster.metadata.image.ImageWriter;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.log.Leadership;
import io.muster.metadata.log.Replica;
import io.muster.metadata.log.ReplicationStatus;
import io.muster.metadata.record.LogCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Voters that share one replicated log, driven step by step. Not thread-safe.
 *
 * <p>The model: there is one committed log, which only grows, and the uncommitted tail of the latest elected leader. An
 * election starts a new term and keeps as much of the tail as its caller says the winner had; the rest is lost, which is
 * all that Raft allows to be lost. A voter believes that it leads from {@link #establish} until it is told otherwise
 * ({@link #depose}, or an entry that only the next leader can have committed), so a deposed leader may go on for a while: what
 * it appends then never commits. Each voter applies the committed log at its own pace ({@link #deliver}), through
 * {@link Replica}. Disks hold a snapshot (as its pieces, so that every restart reads what {@link ImageWriter} wrote) and
 * nothing else: the log suffix is delivered again.
 */
public final class InMemoryQuorum {
    /** Changes what voters read from their disks: for tests that plant bugs. */
    public interface Tampering {
        /** An entry that {@code voter} is about to apply. */
        default Slot read(int voter, Slot slot) {
            return slot;
        }

        /** A piece of a snapshot that is about to be written. */
        default SnapshotChunk stored(SnapshotChunk chunk) {
            return chunk;
        }
    }

    private static final class Disk {
        private @Nullable SnapshotHeader header;
        private List<SnapshotChunk> chunks = List.of();
        private int applied;

        private MetadataImage load() {
            if (header == null) {
                return MetadataImage.EMPTY;
            }
            ImageLoader loader = new ImageLoader(header);
            chunks.forEach(loader::add);
            return loader.finish();
        }
    }

    private final QuorumDriver driver;
    private final TreeMap<Integer, Disk> disks = new TreeMap<>();
    private final TreeMap<Integer, InMemoryMetadataLog> processes = new TreeMap<>();
    private final List<Slot> committed = new ArrayList<>();
    private final List<Slot> tail = new ArrayList<>();
    private final List<Slot> held = new ArrayList<>();
    private Tampering tampering = new Tampering() {};
    private int holding = -1;
    private long term;
    private int leader = -1;
    private boolean established;
    /** Length of the committed log when the latest election was won: a stale leader can know no more of it. */
    private int committedAtElection;

    public InMemoryQuorum(SortedSet<Integer> voters, QuorumDriver driver) {
        this.driver = driver;
        voters.forEach(v -> disks.put(v, new Disk()));
    }

    /** One voter with id 1 whose appends commit when {@link #settle} is called. Open it, start it, then {@link #lead}. */
    public static InMemoryQuorum single() {
        return new InMemoryQuorum(new TreeSet<>(List.of(1)), QuorumDriver.MANUAL);
    }

    /** One voter with id 1 that commits and applies inside append. The listener must bear being called from there. */
    public static InMemoryQuorum autoCommit() {
        AutoCommit auto = new AutoCommit();
        InMemoryQuorum quorum = new InMemoryQuorum(new TreeSet<>(List.of(1)), auto);
        auto.quorum = quorum;
        return quorum;
    }

    private static final class AutoCommit implements QuorumDriver {
        private @Nullable InMemoryQuorum quorum;
        private boolean settling;

        @Override
        public void onAppended(int voter) {
            if (quorum != null && !settling) {
                settling = true;
                try {
                    quorum.settle();
                } finally {
                    settling = false;
                }
            }
        }
    }

    /** Plants bugs. */
    public void tamper(Tampering with) {
        tampering = with;
    }

    // ---- processes

    /** Starts a process of the voter from what its disk holds. Any earlier process of it must be closed or crashed. */
    public InMemoryMetadataLog open(int voter) {
        if (processes.containsKey(voter)) {
            throw new IllegalStateException("voter " + voter + " runs already");
        }
        Disk disk = disk(voter);
        InMemoryMetadataLog log = new InMemoryMetadataLog(this, voter, disk.load(), disk.applied);
        processes.put(voter, log);
        return log;
    }

    /** Ends a process without a word: its callers hear nothing more. */
    public void crash(int voter) {
        InMemoryMetadataLog log = processes.get(voter);
        if (log != null) {
            log.close();
        }
    }

    /** Empties the disk of a voter that does not run, as when it is replaced and filled again by the leader. */
    public void wipe(int voter) {
        if (processes.containsKey(voter)) {
            throw new IllegalStateException("voter " + voter + " runs");
        }
        disk(voter);
        disks.put(voter, new Disk());
    }

    void closed(InMemoryMetadataLog log) {
        processes.remove(log.voter());
        if (leader == log.voter()) {
            established = false;
        }
    }

    public Optional<InMemoryMetadataLog> process(int voter) {
        return Optional.ofNullable(processes.get(voter));
    }

    // ---- elections

    /** Elects and establishes {@code voter} with the whole tail kept, and tells everybody: the plain case. */
    public void lead(int voter) {
        elect(voter, tail.size());
        establish();
        tellEverybody();
    }

    /**
     * Elects {@code voter} in a new term. It leads nothing until {@link #establish}.
     *
     * @param kept how many entries of the uncommitted tail the winner has; the rest is lost
     */
    public void elect(int voter, int kept) {
        InMemoryMetadataLog winner = running(voter);
        tail.subList(kept, tail.size()).clear();
        term++;
        leader = voter;
        established = false;
        committedAtElection = committed.size();
        if (winner.leadingTerm() != 0) {
            winner.stepDown("it was elected again, in term " + term);
        }
    }

    /** The elected voter commits what it kept of the old tail, as the first entry of its term would. */
    public void commitKept() {
        if (established) {
            throw new IllegalStateException("voter " + leader + " leads already");
        }
        committed.addAll(tail);
        tail.clear();
    }

    /** The elected voter commits what it kept, applies the whole log, and leads. */
    public void establish() {
        InMemoryMetadataLog winner = running(leader);
        commitKept();
        while (winner.applied() < committed.size()) {
            apply(winner);
        }
        established = true;
        winner.knows(new Leadership(term, leader, true));
        winner.leads(term);
    }

    /** A voter learns that it no longer leads: what it appended and has not applied is unknown to it from here on. */
    public void depose(int voter, String why) {
        InMemoryMetadataLog log = processes.get(voter);
        if (log != null && log.leadingTerm() != 0) {
            if (voter == leader && log.leadingTerm() == term) {
                established = false;
            }
            log.knows(new Leadership(term, -1, false));
            log.stepDown(why);
        }
    }

    /** A voter hears who leads; a stale leader steps down. */
    public void tell(int voter) {
        InMemoryMetadataLog log = processes.get(voter);
        if (log == null || !established) {
            return;
        }
        if (voter != leader && log.leadingTerm() != 0) {
            depose(voter, "voter " + leader + " leads in term " + term);
        }
        log.knows(new Leadership(term, leader, voter == leader));
    }

    public void tellEverybody() {
        List.copyOf(processes.keySet()).forEach(this::tell);
    }

    /** The latest elected voter, or -1. */
    public int leader() {
        return leader;
    }

    /** True if the latest elected voter runs and leads. */
    public boolean isEstablished() {
        return established;
    }

    public long term() {
        return term;
    }

    // ---- the log

    void accept(InMemoryMetadataLog log, Slot slot) {
        if (holding == log.voter()) {
            held.add(slot);
        } else {
            land(log, slot);
        }
        driver.onAppended(log.voter());
    }

    private void land(InMemoryMetadataLog log, Slot slot) {
        if (established && log.voter() == leader && log.leadingTerm() == term) {
            tail.add(slot);
        }
        // A stale leader appends to a log that nobody will ever commit.
    }

    /** From now on what {@code voter} appends is kept under way, until {@link #releaseHeld}. */
    public void hold(int voter) {
        holding = voter;
    }

    /**
     * What was held reaches the log of the present leader, in the present term, whatever term it was meant for. Entries
     * that their writer meant for this term are as good as any; others must change nothing anywhere.
     */
    public int releaseHeld() {
        holding = -1;
        int landed = 0;
        if (established) {
            for (Slot slot : held) {
                tail.add(slot.term() == term ? slot : new Slot(term, slot.entry()));
                landed++;
            }
        }
        held.clear();
        if (landed > 0) {
            driver.onAppended(leader);
        }
        return landed;
    }

    /** Commits up to {@code count} entries of the leader's tail; only an established leader commits. */
    public int commit(int count) {
        if (!established) {
            return 0;
        }
        int n = Math.min(count, tail.size());
        committed.addAll(tail.subList(0, n));
        tail.subList(0, n).clear();
        return n;
    }

    /** Entries not committed yet. */
    public int tailLength() {
        return tail.size();
    }

    /** The committed log, oldest first; a view. */
    public List<Slot> committed() {
        return Collections.unmodifiableList(committed);
    }

    /**
     * Applies up to {@code count} committed entries on a voter. A deposed leader that does not know it yet gets what was
     * committed before the next leader was elected, and learns of its end with the first entry after that.
     */
    public int deliver(int voter, int count) {
        InMemoryMetadataLog log = processes.get(voter);
        if (log == null || !log.isStarted()) {
            return 0;
        }
        int done = 0;
        while (done < count && log.applied() < committed.size() && !log.isClosed()) {
            if (log.leadingTerm() != 0 && log.leadingTerm() != term && log.applied() >= committedAtElection) {
                depose(voter, "an entry of a later leader arrived");
            }
            apply(log);
            done++;
        }
        return done;
    }

    private void apply(InMemoryMetadataLog log) {
        Slot slot = committed.get(log.applied());
        log.apply(slot, tampering.read(log.voter(), slot));
    }

    /** Commits and delivers until nothing is left to do. */
    public void settle() {
        boolean busy = true;
        while (busy) {
            busy = commit(Integer.MAX_VALUE) > 0;
            for (int voter : List.copyOf(processes.keySet())) {
                busy |= deliver(voter, Integer.MAX_VALUE) > 0;
            }
        }
    }

    // ---- snapshots

    /** Writes the voter's image to its disk; returns its next offset. */
    public long takeSnapshot(int voter) {
        InMemoryMetadataLog log = running(voter);
        MetadataImage image = log.image();
        List<SnapshotChunk> chunks = new ArrayList<>();
        ImageWriter.write(image, chunk -> chunks.add(tampering.stored(chunk)));
        Disk disk = disk(voter);
        disk.header = ImageWriter.header(image, LogCodec.FORMAT_LEVEL);
        disk.chunks = chunks;
        disk.applied = log.applied();
        return image.nextOffset();
    }

    /** A voter that is behind gets the snapshot on another's disk in place of the entries it misses; false if it is not newer. */
    public boolean installSnapshot(int from, int to) {
        InMemoryMetadataLog log = running(to);
        Disk source = disk(from);
        if (source.header == null || source.applied <= log.applied() || log.leadingTerm() != 0) {
            return false;
        }
        Disk target = disk(to);
        target.header = source.header;
        target.chunks = source.chunks;
        target.applied = source.applied;
        log.replace(source.load(), source.applied);
        return true;
    }

    // ---- what the processes ask

    QuorumDriver driver() {
        return driver;
    }

    ReplicationStatus replication(InMemoryMetadataLog asker) {
        List<ReplicationStatus.VoterStatus> voters = new ArrayList<>();
        for (int id : disks.keySet()) {
            InMemoryMetadataLog log = processes.get(id);
            voters.add(new ReplicationStatus.VoterStatus(
                    id,
                    "",
                    "memory:" + id,
                    log == null ? -1 : log.applied(),
                    id == asker.voter() ? 0 : log == null ? -1 : 1));
        }
        return new ReplicationStatus(
                asker.leadership(), committed.size() + tail.size(), committed.size(), asker.applied(), voters);
    }

    private InMemoryMetadataLog running(int voter) {
        InMemoryMetadataLog log = processes.get(voter);
        if (log == null) {
            throw new IllegalStateException("voter " + voter + " does not run");
        }
        return log;
    }

    private Disk disk(int voter) {
        Disk disk = disks.get(voter);
        if (disk == null) {
            throw new IllegalArgumentException("no voter has the id " + voter);
        }
        return disk;
    }
}
