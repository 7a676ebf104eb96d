package io.muster.metadata.storage;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node's directory, formatted once and locked while open. It holds
 *
 * <pre>
 * meta.properties    who this is (never rewritten)
 * voter.properties   which directories the first voters had when this one was admitted (see PeerLogs)
 * bootstrapped       empty; there since the first entry was committed here: from then on a missing log is a loss
 * committed          how far the log was committed here (a mark that shows a log that lost its tail)
 * starts             the number of the newest process start
 * lock               held by the one process that may use the directory
 * raft/              the Raft log, votes and snapshots
 * </pre>
 *
 * <p>A directory that is formatted anew has a new directory id, so a lost disk never poses as the old one. Thread-safe.
 */
public final class StorageDirectory implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final String RAFT = "raft";
    private static final String BOOTSTRAPPED = "bootstrapped";
    private static final String COMMITTED = "committed";
    private static final String STARTS = "starts";
    private static final Set<String> OWN_NAMES =
            Set.of(MetaProperties.FILE, VoterProperties.FILE, BOOTSTRAPPED, COMMITTED, STARTS, LOCK, RAFT);

    private final Path path;
    private final StorageIdentity identity;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private volatile boolean bootstrapped;

    private StorageDirectory(Path path, StorageIdentity identity, FileChannel lockChannel, FileLock lock) {
        this.path = path;
        this.identity = identity;
        this.lockChannel = lockChannel;
        this.lock = lock;
        this.bootstrapped = Files.exists(path.resolve(BOOTSTRAPPED));
    }

    /** As {@link #format(Path, StorageIdentity, boolean)}, with a random directory id and the present time. */
    public static StorageIdentity format(Path dir, String clusterId, int nodeId, boolean force) {
        var identity = new StorageIdentity(clusterId, nodeId, StorageIdentity.randomUuid(), System.currentTimeMillis());
        return format(dir, identity, force);
    }

    /**
     * Makes {@code dir} the directory of a node.
     *
     * @param force if the directory is formatted already, delete what Muster keeps in it, the log too, and format it anew;
     *     files that are not Muster's own are left alone
     * @throws MusterException INVALID_ARGUMENT for ids that make no sense; ALREADY_EXISTS if the directory is formatted;
     *     FAILED_PRECONDITION if it is not empty or in use; the directory is unchanged
     */
    public static StorageIdentity format(Path dir, StorageIdentity identity, boolean force) {
        StorageIdentity checked = checked(identity);
        Path path = dir.toAbsolutePath();
        Path meta = path.resolve(MetaProperties.FILE);
        try {
            if (!force && Files.exists(meta)) {
                throw new MusterException(
                        ErrorCode.ALREADY_EXISTS,
                        "Directory " + path + " is already formatted (" + describe(meta) + ") and was left unchanged;"
                                + " to destroy what it holds and format it anew, use --force.");
            }
            if (!force) {
                refuseForeignFiles(path);
            }
            DurableFiles.createDirectories(path);
            FileChannel channel = openLock(path);
            try (channel;
                    FileLock held = tryLock(channel, path)) {
                if (held.isValid() && force) {
                    deleteOwnFiles(path);
                }
                DurableFiles.createDirectories(path.resolve(RAFT));
                DirectoryAttributes.makeNamesDurable(path.resolve(RAFT));
                DurableFiles.write(meta, MetaProperties.format(checked).getBytes(StandardCharsets.UTF_8));
            }
            return checked;
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Directory " + path + " cannot be formatted (" + e + "); check that it is on a writable disk and"
                            + " that this user may write to it.",
                    e);
        }
    }

    /**
     * Opens and locks a formatted directory.
     *
     * @throws MusterException FAILED_PRECONDITION if it is not formatted, belongs to another node or is in use; CORRUPT if
     *     its identity cannot be trusted
     */
    public static StorageDirectory open(Path dir, int nodeId) {
        Path path = dir.toAbsolutePath();
        StorageIdentity identity = read(path);
        if (identity.nodeId() != nodeId) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Directory " + path + " was formatted for node id " + identity.nodeId()
                            + " and this node has node id " + nodeId
                            + "; correct node.id or log.dir in the configuration.");
        }
        FileChannel channel = null;
        try {
            channel = openLock(path);
            FileLock lock = tryLock(channel, path);
            return new StorageDirectory(path, identity, channel, lock);
        } catch (MusterException e) {
            closeQuietly(channel);
            throw e;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Directory " + path + " cannot be locked (" + e + "); check that this user may write to it.",
                    e);
        }
    }

    /**
     * Reads the identity of a directory without locking it.
     *
     * @throws MusterException FAILED_PRECONDITION if it is not formatted; CORRUPT if its identity cannot be trusted
     */
    public static StorageIdentity read(Path dir) {
        Path meta = dir.toAbsolutePath().resolve(MetaProperties.FILE);
        if (!Files.exists(meta)) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Directory " + dir.toAbsolutePath() + " is not formatted; run 'muster storage format' once for this"
                            + " node. If it was in use before, its disk is lost or not mounted: do not format it then.");
        }
        return MetaProperties.read(meta);
    }

    public Path path() {
        return path;
    }

    public StorageIdentity identity() {
        return identity;
    }

    /** Where Ratis keeps its log, votes and snapshots. */
    public Path raftDirectory() {
        return path.resolve(RAFT);
    }

    /** Where Ratis would keep them for a directory that is not open. */
    public static Path raftDirectory(Path dir) {
        return dir.toAbsolutePath().resolve(RAFT);
    }

    /** Where the mark is kept that tells how far the log was committed here. */
    public Path committedMark() {
        return path.resolve(COMMITTED);
    }

    /** True once an entry was committed on this directory, in this process or an earlier one. */
    public boolean wasBootstrapped() {
        return bootstrapped;
    }

    /** Notes for ever that an entry was committed here. Cheap when repeated. */
    public void markBootstrapped() throws IOException {
        if (!bootstrapped) {
            DurableFiles.write(path.resolve(BOOTSTRAPPED), new byte[0]);
            bootstrapped = true;
        }
    }

    /**
     * Counts a start of a process on this directory: higher than that of every process before it, because the lock lets one
     * process count at a time. The wall clock only makes it higher still, so that a file that is lost or damaged does no harm
     * as long as the clock was not set back.
     *
     * @param wallMs milliseconds since 1970
     * @throws MusterException FAILED_PRECONDITION if it cannot be written
     */
    public long countStart(long wallMs) {
        Path file = path.resolve(STARTS);
        try {
            long number = Math.max(lastStart(file) + 1, wallMs);
            DurableFiles.write(file, (number + "\n").getBytes(StandardCharsets.UTF_8));
            return number;
        } catch (IOException e) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "The start of this process cannot be counted in " + file + " (" + e
                            + "); check that the disk has room and that this user may write to it.",
                    e);
        }
    }

    private static long lastStart(Path file) throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        String written = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        return written.matches("\\d{1,18}") ? Long.parseLong(written) : 0;
    }

    /** Directory ids of the other first voters, by node id, noted when this voter was admitted; empty before. */
    public Map<Integer, String> knownDirectories() {
        return VoterProperties.read(path.resolve(VoterProperties.FILE));
    }

    /** True once this voter was admitted to the quorum. */
    public boolean wasAdmitted() {
        return Files.exists(path.resolve(VoterProperties.FILE));
    }

    /** Notes for ever that this voter was admitted, and which directories the other voters had. */
    public void markAdmitted(Map<Integer, String> directories) throws IOException {
        DurableFiles.write(
                path.resolve(VoterProperties.FILE),
                VoterProperties.format(new TreeMap<>(directories)).getBytes(StandardCharsets.UTF_8));
    }

    /** Gives the lock back. Idempotent. */
    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException ignored) {
            // the channel is closed next, which releases it too
        }
        closeQuietly(lockChannel);
    }

    private static StorageIdentity checked(StorageIdentity identity) {
        if (identity.nodeId() < 0) {
            throw new MusterException(
                    ErrorCode.INVALID_ARGUMENT, "Node id " + identity.nodeId() + " is negative; use 0 or more.");
        }
        return new StorageIdentity(
                ClusterId.parse(identity.clusterId()).toString(),
                identity.nodeId(),
                identity.directoryId(),
                identity.createdMs());
    }

    private static String describe(Path meta) {
        try {
            StorageIdentity found = MetaProperties.read(meta);
            return "node " + found.nodeId() + " of cluster " + found.clusterId();
        } catch (MusterException e) {
            return "its meta.properties cannot be trusted";
        }
    }

    private static void refuseForeignFiles(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> files = Files.list(path)) {
            List<String> names = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.equals("lost+found") && !name.equals(LOCK))
                    .sorted()
                    .toList();
            if (!names.isEmpty()) {
                throw new MusterException(
                        ErrorCode.FAILED_PRECONDITION,
                        "Directory " + path + " is not empty (it holds " + names.get(0)
                                + (names.size() > 1 ? " and " + (names.size() - 1) + " more" : "")
                                + ") and was left unchanged; give Muster a directory of its own.");
            }
        }
    }

    private static void deleteOwnFiles(Path path) throws IOException {
        for (String name : OWN_NAMES) {
            Path own = path.resolve(name);
            if (name.equals(LOCK) || !Files.exists(own)) {
                continue;
            }
            try (Stream<Path> tree = Files.walk(own)) {
                for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        DurableFiles.syncDirectory(path);
    }

    private static FileChannel openLock(Path path) throws IOException {
        return FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static FileLock tryLock(FileChannel channel, Path path) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new MusterException(
                    ErrorCode.FAILED_PRECONDITION,
                    "Directory " + path
                            + " is in use by another process; a directory serves one node only. Stop the other"
                            + " process, or correct log.dir in the configuration.");
        }
        return lock;
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException ignored) {
            // nothing was written through it
        }
    }
}
