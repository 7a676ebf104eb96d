package io.muster.metadata.log.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where Ratis keeps things below its storage directory: {@code <group>/current} holds log segments and votes, {@code <group>/sm}
 * holds snapshots. Only reads. Stateless.
 */
final class RaftFiles {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    private static final Pattern SNAPSHOT = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

    private RaftFiles() {}

    /** A log segment; {@code open} if Ratis still appends to it. */
    record Segment(Path file, long firstIndex, boolean open) {}

    /** A snapshot of the state after {@code index}, whose checksum file is there too. */
    record Snapshot(Path file, long term, long index) {}

    /** Log segments in order of index. */
    static List<Segment> segments(Path raftDirectory) {
        List<Segment> found = new ArrayList<>();
        for (Path group : list(raftDirectory)) {
            for (Path file : list(group.resolve("current"))) {
                String name = String.valueOf(file.getFileName());
                Matcher closed = CLOSED.matcher(name);
                Matcher open = OPEN.matcher(name);
                if (closed.matches()) {
                    found.add(new Segment(file, Long.parseLong(closed.group(1)), false));
                } else if (open.matches()) {
                    found.add(new Segment(file, Long.parseLong(open.group(1)), true));
                }
            }
        }
        found.sort(Comparator.comparingLong(Segment::firstIndex));
        return found;
    }

    /** Snapshots of every group in order of index, oldest first. */
    static List<Snapshot> snapshots(Path raftDirectory) {
        List<Snapshot> found = new ArrayList<>();
        for (Path group : list(raftDirectory)) {
            found.addAll(snapshotsIn(group.resolve("sm")));
        }
        found.sort(Comparator.comparingLong(Snapshot::index));
        return found;
    }

    /** Snapshots in one directory in order of index, oldest first. */
    static List<Snapshot> snapshotsIn(Path directory) {
        List<Snapshot> found = new ArrayList<>();
        for (Path file : list(directory)) {
            Matcher name = SNAPSHOT.matcher(String.valueOf(file.getFileName()));
            if (name.matches() && Files.exists(file.resolveSibling(file.getFileName() + ".md5"))) {
                found.add(new Snapshot(file, Long.parseLong(name.group(1)), Long.parseLong(name.group(2))));
            }
        }
        found.sort(Comparator.comparingLong(Snapshot::index));
        return found;
    }

    /** True if there is no entry and no snapshot. */
    static boolean isBlank(Path raftDirectory) {
        return snapshots(raftDirectory).isEmpty()
                && segments(raftDirectory).stream().allMatch(segment -> LogSegmentReader.isEmpty(segment.file()));
    }

    private static List<Path> list(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
