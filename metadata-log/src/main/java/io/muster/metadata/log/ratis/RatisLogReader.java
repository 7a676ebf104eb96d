package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.log.v1.LogEntry;
import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotFile;
import io.muster.metadata.storage.StorageDirectory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;

/**
 * Reads the Raft log of a storage directory from its files. It takes no lock and changes nothing, so the node may be running;
 * it then sees what was there at one moment. Entries behind the commit index may still be replaced by a later leader.
 * Stateless.
 */
public final class RatisLogReader {
    private static final int LISTING_TRIES = 10;

    private RatisLogReader() {}

    /** Something in the log. */
    public sealed interface Item {
        /** Where the log begins if earlier entries were purged: the state after {@code index}. */
        record Snapshot(long index, long term, MetadataImage image, Path file) implements Item {}

        /** An entry of Muster. */
        record Entry(long index, long term, LogEntry entry) implements Item {}

        /** The voters changed, or a leader began its term. */
        record Configuration(long index, long term, List<String> voters) implements Item {}

        /** An entry of Raft's own. */
        record Metadata(long index, long term, long commitIndex) implements Item {}

        /** The last entry was being written; it is not committed. */
        record UnfinishedTail(Path file) implements Item {}
    }

    /** The term and index of the last whole entry. */
    record Last(long term, long index) {}

    /**
     * Hands the whole log to {@code out}, in order.
     *
     * @param storageDir a formatted directory
     * @throws MusterException FAILED_PRECONDITION if it is not formatted; CORRUPT if the log is damaged: everything before
     *     the damage was handed out
     */
    public static void read(Path storageDir, Consumer<Item> out) {
        readWhile(storageDir, item -> {
            out.accept(item);
            return true;
        });
    }

    /** As {@link #read}, until {@code out} says false. */
    public static void readWhile(Path storageDir, Predicate<Item> out) {
        try {
            readAll(storageDir, item -> {
                if (!out.test(item)) {
                    throw new Enough();
                }
            });
        } catch (Enough enough) {
            return;
        }
    }

    private static void readAll(Path storageDir, Consumer<Item> out) {
        StorageDirectory.read(storageDir);
        Path raftDirectory = StorageDirectory.raftDirectory(storageDir);
        try (OpenSegments open = OpenSegments.of(raftDirectory)) {
            long from = open.segments.isEmpty()
                    ? Long.MAX_VALUE
                    : open.segments.get(0).firstIndex();
            long after = from > 0 ? snapshot(raftDirectory, from, out) : -1;
            long expected = -1;
            for (int i = 0; i < open.segments.size(); i++) {
                RaftFiles.Segment segment = open.segments.get(i);
                if (expected >= 0 && segment.firstIndex() != expected) {
                    throw LogSegmentReader.damaged(
                            segment.file(),
                            0,
                            "begins at index " + segment.firstIndex() + " and " + expected + " is missing");
                }
                var sink = new Sink(out, after, segment);
                LogSegmentReader.End end =
                        LogSegmentReader.read(open.channels.get(i), segment.file(), segment.open(), sink);
                expected = sink.next;
                if (end == LogSegmentReader.End.UNFINISHED) {
                    out.accept(new Item.UnfinishedTail(segment.file()));
                }
            }
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    "The log in " + raftDirectory + " cannot be read (" + e + "); check the disk.",
                    e);
        }
    }

    /**
     * The snapshots on disk, oldest first.
     *
     * @throws MusterException FAILED_PRECONDITION if the directory is not formatted; CORRUPT if a snapshot is damaged
     */
    public static List<Item.Snapshot> snapshots(Path storageDir) {
        StorageDirectory.read(storageDir);
        List<Item.Snapshot> found = new ArrayList<>();
        for (RaftFiles.Snapshot snapshot : RaftFiles.snapshots(StorageDirectory.raftDirectory(storageDir))) {
            try {
                found.add(new Item.Snapshot(
                        snapshot.index(), snapshot.term(), SnapshotFile.read(snapshot.file()), snapshot.file()));
            } catch (NoSuchFileException purged) {
                // A running node keeps only the newest few.
            } catch (IOException e) {
                throw new MusterException(
                        ErrorCode.CORRUPT, snapshot.file() + " cannot be read (" + e + "); check the disk.", e);
            }
        }
        return found;
    }

    /** Ends the reading from within: nobody wants to hear more. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Enough() {
            super(null, null, false, false);
        }
    }

    /** The last entry on disk, or that of the newest snapshot if it is later; index -1 if there is none. */
    static Last last(Path raftDirectory) throws IOException {
        Last last = new Last(0, -1);
        for (RaftFiles.Snapshot snapshot : RaftFiles.snapshots(raftDirectory)) {
            last = new Last(snapshot.term(), snapshot.index());
        }
        try (OpenSegments open = OpenSegments.of(raftDirectory)) {
            for (int i = open.segments.size() - 1; i >= 0; i--) {
                var entries = new LogEntryProto[1];
                RaftFiles.Segment segment = open.segments.get(i);
                LogSegmentReader.read(
                        open.channels.get(i), segment.file(), segment.open(), entry -> entries[0] = entry);
                LogEntryProto found = entries[0];
                if (found != null) {
                    return found.getIndex() > last.index() ? new Last(found.getTerm(), found.getIndex()) : last;
                }
            }
        }
        return last;
    }

    private static long snapshot(Path raftDirectory, long firstIndex, Consumer<Item> out) throws IOException {
        for (RaftFiles.Snapshot snapshot : RaftFiles.snapshots(raftDirectory)) {
            if (firstIndex == Long.MAX_VALUE || snapshot.index() >= firstIndex - 1) {
                MetadataImage image = SnapshotFile.read(snapshot.file());
                out.accept(new Item.Snapshot(snapshot.index(), snapshot.term(), image, snapshot.file()));
                return snapshot.index();
            }
        }
        if (firstIndex != Long.MAX_VALUE) {
            throw new MusterException(
                    ErrorCode.CORRUPT,
                    "The log in " + raftDirectory + " begins at index " + firstIndex
                            + " and no snapshot covers what is before; restore the directory from a backup.");
        }
        return -1;
    }

    /** Turns entries of one segment into items. */
    private static final class Sink implements Consumer<LogEntryProto> {
        private final Consumer<Item> out;
        private final long after;
        private final RaftFiles.Segment segment;
        private long next;

        Sink(Consumer<Item> out, long after, RaftFiles.Segment segment) {
            this.out = out;
            this.after = after;
            this.segment = segment;
            this.next = segment.firstIndex();
        }

        @Override
        public void accept(LogEntryProto entry) {
            if (entry.getIndex() != next) {
                throw LogSegmentReader.damaged(
                        segment.file(), 0, "holds entry " + entry.getIndex() + " where " + next + " belongs");
            }
            next++;
            if (entry.getIndex() > after) {
                out.accept(item(entry));
            }
        }

        private static Item item(LogEntryProto entry) {
            if (entry.hasStateMachineLogEntry()) {
                return new Item.Entry(entry.getIndex(), entry.getTerm(), ProtobufBridge.fromRatis(entry));
            }
            if (entry.hasConfigurationEntry()) {
                List<String> voters = entry.getConfigurationEntry().getPeersList().stream()
                        .map(RatisLogReader::describe)
                        .toList();
                return new Item.Configuration(entry.getIndex(), entry.getTerm(), voters);
            }
            return new Item.Metadata(
                    entry.getIndex(), entry.getTerm(), entry.getMetadataEntry().getCommitIndex());
        }
    }

    private static String describe(RaftPeerProto peer) {
        return peer.getId().toStringUtf8() + "@" + peer.getAddress();
    }

    /** Every segment, opened at once: a file that is renamed or purged meanwhile can still be read to its end. */
    private static final class OpenSegments implements AutoCloseable {
        private List<RaftFiles.Segment> segments = List.of();
        private final List<FileChannel> channels = new ArrayList<>();

        static OpenSegments of(Path raftDirectory) throws IOException {
            var open = new OpenSegments();
            for (int tries = 1; ; tries++) {
                try {
                    open.segments = RaftFiles.segments(raftDirectory);
                    for (RaftFiles.Segment segment : open.segments) {
                        open.channels.add(FileChannel.open(segment.file(), StandardOpenOption.READ));
                    }
                    return open;
                } catch (NoSuchFileException e) {
                    open.close();
                    if (tries == LISTING_TRIES) {
                        throw e;
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            for (FileChannel channel : channels) {
                channel.close();
            }
            channels.clear();
        }
    }
}
