package io.muster.it.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The wall clock of processes that were started with {@link #environment}: it can be set off, also while they run. Their
 * monotonic clock stays true. By libfaketime. Thread-safe.
 */
public final class WallClock {
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final Pattern LEFTOVER = Pattern.compile("(?:sem\\.)?faketime_(?:shm|sem)_(\\d+)");

    private final Path offset;

    /** @param file where the offset is kept */
    public WallClock(Path file) {
        this.offset = file;
        set(Duration.ZERO);
    }

    private static Optional<Path> library() {
        return Stream.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/lib64")
                .map(dir -> Path.of(dir, "faketime", "libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst();
    }

    public static boolean isPossible() {
        return library().isPresent();
    }

    /** For the processes that shall have this clock. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library().orElseThrow().toString(),
                "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                "FAKETIME_CACHE_DURATION", "1",
                "DONT_FAKE_MONOTONIC", "1",
                // otherwise every timed wait of a JVM returns at once, and its threads spin
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
    }

    /** libfaketime leaves shared memory behind when its process is killed; this removes what processes that are gone have left. */
    public static void removeLeftovers() {
        try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
            for (Path file : files.toList()) {
                Matcher left = LEFTOVER.matcher(String.valueOf(file.getFileName()));
                if (left.matches()
                        && ProcessHandle.of(Long.parseLong(left.group(1))).isEmpty()) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Steps the clock to this far from the true time; the processes follow within a second. */
    public void set(Duration fromTrueTime) {
        try {
            Path next = offset.resolveSibling(offset.getFileName() + ".next");
            long seconds = fromTrueTime.toSeconds();
            Files.writeString(next, (seconds < 0 ? "" : "+") + seconds + "s\n");
            Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
