package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.nio.file.Path;

/** Says what is wrong with a disk that cannot be written. Stateless. */
final class DiskFailure {
    private DiskFailure() {}

    /** A full disk is no defect, so its sentence stands alone; of anything else the cause is kept to be looked at. */
    static Throwable causeOf(String sentence, Throwable cause) {
        return isFull(cause) ? new MusterException(ErrorCode.FAILED_PRECONDITION, sentence, cause) : cause;
    }

    /** What happened to a directory, and what to do about it. */
    static String sentence(Path directory, Throwable cause) {
        return isFull(cause)
                ? "The disk of " + directory + " is full; free space, then start the node."
                : "Directory " + directory + " cannot be written (" + cause + "); check the disk.";
    }

    static boolean isFull(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String text = String.valueOf(cause.getMessage());
            if (text.contains("No space left on device") || text.contains("NO_SPACE")) {
                return true;
            }
        }
        return false;
    }
}
