package io.muster.it.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file system of a few megabytes that can be filled up. Needs root. Not thread-safe. */
public final class SmallDisk implements AutoCloseable {
    private final Path mount;
    private final Path ballast;

    private SmallDisk(Path mount) {
        this.mount = mount;
        this.ballast = mount.resolve("ballast");
    }

    /** Mounts one at {@code mount}, which is made; empty if this machine does not permit it. */
    public static Optional<SmallDisk> mount(Path mount, int megabytes) {
        try {
            Files.createDirectories(mount);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Shell.attempt("mount -t tmpfs -o size=" + megabytes + "m tmpfs " + mount)
                        .ok()
                ? Optional.of(new SmallDisk(mount))
                : Optional.empty();
    }

    public Path path() {
        return mount;
    }

    /** Takes all the space that is left. */
    public void fill() {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            long left = mount.toFile().getUsableSpace();
            if (left > 0) {
                throw new IllegalStateException(left + " bytes are left on " + mount, full);
            }
        }
    }

    /** Gives the space back. */
    public void free() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Shell.attempt("umount -l " + mount);
    }
}
