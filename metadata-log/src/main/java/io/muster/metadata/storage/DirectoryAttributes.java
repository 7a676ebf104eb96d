package io.muster.metadata.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Asks the file system to make every rename in a directory durable at once ({@code chattr +D}, inherited by what is created
 * below). This is the second of two belts: votes are made durable by an fsync of the directory before they are answered,
 * on every file system. This one also covers what Ratis renames elsewhere (closed log segments), and works on ext2/3/4 only;
 * elsewhere, or without the tool, it does nothing. Stateless.
 */
final class DirectoryAttributes {
    private static final long WAIT_SECONDS = 5;

    private DirectoryAttributes() {}

    /** Returns true if the file system took the attribute. */
    static boolean makeNamesDurable(Path emptyDirectory) {
        try {
            Process chattr = new ProcessBuilder("chattr", "+D", emptyDirectory.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!chattr.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
                chattr.destroyForcibly();
                return false;
            }
            return chattr.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
