package io.muster.metadata.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageDirectoryTest {
    private static final String CLUSTER = "6f0dc3a1-2f1e-4b0c-9a53-7a3f6f5b1c11";

    @TempDir
    Path root;

    private Path dir() {
        return root.resolve("a/node1");
    }

    @Test
    void formattedDirectoryOpensWithItsIdentityAndRemembersItsMilestones() throws IOException {
        StorageIdentity formatted = StorageDirectory.format(dir(), CLUSTER, 1, false);
        try (StorageDirectory storage = StorageDirectory.open(dir(), 1)) {
            assertThat(storage.identity()).isEqualTo(formatted);
            assertThat(storage.wasBootstrapped()).isFalse();
            assertThat(storage.wasAdmitted()).isFalse();
            assertThat(storage.raftDirectory()).isEmptyDirectory();
            storage.markAdmitted(Map.of(2, "d2", 3, "d3"));
            storage.markBootstrapped();
            storage.markBootstrapped();
        }
        try (StorageDirectory storage = StorageDirectory.open(dir(), 1)) {
            assertThat(storage.wasBootstrapped()).isTrue();
            assertThat(storage.wasAdmitted()).isTrue();
            assertThat(storage.knownDirectories()).isEqualTo(Map.of(2, "d2", 3, "d3"));
        }
    }

    @Test
    void startsAreCountedAcrossProcessesWhateverTheClockSays() throws IOException {
        StorageDirectory.format(dir(), CLUSTER, 3, false);
        try (StorageDirectory first = StorageDirectory.open(dir(), 3)) {
            assertThat(first.countStart(1_000)).isEqualTo(1_000);
        }
        try (StorageDirectory clockSetBack = StorageDirectory.open(dir(), 3)) {
            assertThat(clockSetBack.countStart(10)).isEqualTo(1_001);
            assertThat(clockSetBack.countStart(0)).isEqualTo(1_002);
        }
        Files.writeString(dir().resolve("starts"), "damaged");
        try (StorageDirectory damaged = StorageDirectory.open(dir(), 3)) {
            assertThat(damaged.countStart(5_000)).isEqualTo(5_000);
        }
    }

    @Test
    void secondFormatIsRefusedAndChangesNothing() throws IOException {
        StorageDirectory.format(dir(), CLUSTER, 1, false);
        String before = Files.readString(dir().resolve("meta.properties"));

        assertRefused(ErrorCode.ALREADY_EXISTS, () -> StorageDirectory.format(dir(), CLUSTER, 1, false))
                .hasMessageContaining("already formatted (node 1 of cluster " + CLUSTER + ")");

        assertThat(Files.readString(dir().resolve("meta.properties"))).isEqualTo(before);
    }

    @Test
    void forcedFormatIsANewDirectoryWithoutTheOldLog() throws IOException {
        StorageIdentity first = StorageDirectory.format(dir(), CLUSTER, 1, false);
        Files.createDirectories(dir().resolve("raft/g/current"));
        Files.writeString(dir().resolve("raft/g/current/log_0-1"), "old");
        Files.writeString(dir().resolve("bootstrapped"), "");
        Files.writeString(dir().resolve("notes.txt"), "mine");

        StorageIdentity second = StorageDirectory.format(dir(), CLUSTER, 1, true);

        assertThat(second.directoryId()).isNotEqualTo(first.directoryId());
        try (StorageDirectory storage = StorageDirectory.open(dir(), 1)) {
            assertThat(storage.wasBootstrapped()).isFalse();
            assertThat(storage.raftDirectory()).isEmptyDirectory();
        }
        assertThat(dir().resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void directoryWithForeignFilesIsRefused() throws IOException {
        Files.createDirectories(dir());
        Files.createDirectories(dir().resolve("lost+found"));
        Files.writeString(dir().resolve("photo.jpg"), "x");
        assertRefused(ErrorCode.FAILED_PRECONDITION, () -> StorageDirectory.format(dir(), CLUSTER, 1, false))
                .hasMessageContaining("not empty (it holds photo.jpg)");
        Files.delete(dir().resolve("photo.jpg"));
        assertThat(StorageDirectory.format(dir(), CLUSTER, 1, false).nodeId()).isEqualTo(1);
    }

    @Test
    void idsThatMakeNoSenseAreRefused() {
        for (String id : List.of("", "orders", "1-1-1-1-1")) {
            assertRefused(ErrorCode.INVALID_ARGUMENT, () -> StorageDirectory.format(dir(), id, 1, false))
                    .hasMessageContaining("random-uuid");
        }
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> StorageDirectory.format(dir(), CLUSTER, -1, false));
        assertThat(dir()).doesNotExist();
    }

    @Test
    void unformattedAndForeignDirectoriesAreRefused() {
        assertRefused(ErrorCode.FAILED_PRECONDITION, () -> StorageDirectory.open(dir(), 1))
                .hasMessageContaining("muster storage format");
        StorageDirectory.format(dir(), CLUSTER, 1, false);
        assertRefused(ErrorCode.FAILED_PRECONDITION, () -> StorageDirectory.open(dir(), 2))
                .hasMessageContaining("formatted for node id 1 and this node has node id 2");
    }

    @Test
    void editedDamagedOrNewerIdentityIsRefused() throws IOException {
        StorageDirectory.format(dir(), CLUSTER, 1, false);
        Path meta = dir().resolve("meta.properties");
        String good = Files.readString(meta);
        for (String bad : List.of(
                "",
                "rubbish",
                good.replace("node.id=1", "node.id=2"),
                good.replace("node.id=1", "node.id=x"),
                good.replace(CLUSTER, "9" + CLUSTER.substring(1)),
                good.replaceAll("checksum=.*", ""),
                good.replace("version=1", "version=2"),
                "\\u12")) {
            Files.writeString(meta, bad);
            assertRefused(ErrorCode.CORRUPT, () -> StorageDirectory.read(dir()))
                    .hasMessageContaining("meta.properties");
        }
        Files.writeString(meta, good);
        assertThat(StorageDirectory.read(dir()).nodeId()).isEqualTo(1);
    }

    @Test
    void secondOpenerIsRefusedAndToldTheDirectory() {
        StorageDirectory.format(dir(), CLUSTER, 1, false);
        StorageDirectory first = StorageDirectory.open(dir(), 1);
        assertRefused(ErrorCode.FAILED_PRECONDITION, () -> StorageDirectory.open(dir(), 1))
                .hasMessageContaining(dir() + " is in use by another process");
        assertRefused(ErrorCode.FAILED_PRECONDITION, () -> StorageDirectory.format(dir(), CLUSTER, 1, true))
                .hasMessageContaining("in use");
        first.close();
        first.close();
        StorageDirectory.open(dir(), 1).close();
    }

    private static AbstractThrowableAssert<?, ?> assertRefused(ErrorCode code, ThrowingCallable call) {
        AbstractThrowableAssert<?, ?> thrown = assertThatThrownBy(call).isInstanceOf(MusterException.class);
        thrown.satisfies(error -> assertThat(((MusterException) error).code()).isEqualTo(code));
        return thrown;
    }
}
