package io.muster.metadata.log.ratis;

import io.muster.metadata.image.MetadataImage;
import io.muster.metadata.snapshot.SnapshotFile;
import io.muster.metadata.storage.DurableFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshot files where Ratis looks for them. A snapshot counts once its file, its digest and both names are on disk.
 * {@link #write} is called by one thread at a time; the rest may be called by any.
 */
final class SnapshotStore extends SimpleStateMachineStorage {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);

    private final int kept;
    private @Nullable Path directory;
    private @Nullable Path temporaryRoot;

    /** @param kept snapshots that are kept */
    SnapshotStore(int kept) {
        this.kept = kept;
    }

    @Override
    public void init(RaftStorage storage) throws IOException {
        directory = storage.getStorageDir().getStateMachineDir().toPath();
        temporaryRoot = storage.getStorageDir().getTmpDir().toPath();
        deleteUnfinished();
        super.init(storage);
    }

    /** Writes a snapshot and waits for the disk. */
    SingleFileSnapshotInfo write(TermIndex position, MetadataImage image) throws IOException {
        File file = getSnapshotFile(position.getTerm(), position.getIndex());
        Path temporary =
                getTmpSnapshotFile(position.getTerm(), position.getIndex()).toPath();
        SnapshotFile.writeUnpublished(image, temporary);
        MD5Hash digest = MD5FileUtil.computeMd5ForFile(temporary.toFile());
        MD5FileUtil.saveMD5File(file, digest);
        DurableFiles.publish(temporary, file.toPath());
        var info = new SingleFileSnapshotInfo(
                new FileInfo(file.toPath(), digest), position.getTerm(), position.getIndex());
        updateLatestSnapshot(info);
        deleteOld();
        return info;
    }

    /** Makes what a leader sent durable before Ratis puts it in place; Ratis does not. */
    void syncReceived() throws IOException {
        Path root = temporaryRoot;
        if (root == null || !Files.isDirectory(root)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.toList()) {
                DurableFiles.syncDirectory(path);
            }
        }
    }

    /** Makes the directory swap durable that Ratis did. */
    void syncNames() throws IOException {
        Path own = directory;
        if (own != null) {
            DurableFiles.syncDirectory(own);
            DurableFiles.syncDirectory(DurableFiles.parentOf(own));
        }
    }

    /** Does nothing: a snapshot that is being written must not lose its digest. {@link #write} deletes old ones. */
    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}

    private void deleteOld() throws IOException {
        Path own = directory;
        if (own == null) {
            return;
        }
        List<RaftFiles.Snapshot> all = RaftFiles.snapshotsIn(own);
        for (RaftFiles.Snapshot old : all.subList(0, Math.max(0, all.size() - kept))) {
            Files.deleteIfExists(old.file());
            Files.deleteIfExists(old.file().resolveSibling(old.file().getFileName() + MD5FileUtil.MD5_SUFFIX));
        }
    }

    /** Deletes what a crash left behind: a snapshot that was not finished, a digest without a snapshot. */
    private void deleteUnfinished() throws IOException {
        Path own = directory;
        if (own == null || !Files.isDirectory(own)) {
            return;
        }
        try (Stream<Path> files = Files.list(own)) {
            for (Path file : files.toList()) {
                String name = String.valueOf(file.getFileName());
                boolean orphan = name.endsWith(MD5FileUtil.MD5_SUFFIX)
                        && !Files.exists(file.resolveSibling(
                                name.substring(0, name.length() - MD5FileUtil.MD5_SUFFIX.length())));
                if (name.endsWith(".tmp") || orphan) {
                    LOG.info("Deleting {}, left behind by a crash", file);
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
