package io.muster.metadata.log.ratis;

import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.storage.StorageDirectory;
import java.net.BindException;
import java.util.concurrent.CompletionException;

/** Turns what Ratis throws at start into a sentence for the operator. Stateless. */
final class StartFailure {
    private StartFailure() {}

    static MusterException explain(Exception error, QuorumSettings settings, StorageDirectory storage) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof MusterException own) {
                return own;
            }
            if (cause instanceof BindException
                    || String.valueOf(cause.getMessage()).startsWith("Failed to bind")) {
                return new MusterException(
                        ErrorCode.UNAVAILABLE,
                        "The quorum listener cannot bind to port " + settings.bindPort() + " (" + cause.getMessage()
                                + "); another process uses it, or the address is not this host's. Correct quorum.listener.",
                        error);
            }
            String text = String.valueOf(cause.getMessage());
            if (cause.getClass().getSimpleName().equals("ChecksumException") || text.contains("corrupted")) {
                return new MusterException(
                        ErrorCode.CORRUPT,
                        "The Raft log in " + storage.raftDirectory() + " is damaged (" + text
                                + "); restore the directory from its disk, or remove this voter from the quorum and add it again"
                                + " under a new node id.",
                        error);
            }
            if (DiskFailure.isFull(cause)) {
                return new MusterException(
                        ErrorCode.FAILED_PRECONDITION, DiskFailure.sentence(storage.path(), cause), error);
            }
            if (text.contains("NOT_FORMATTED")) {
                return new MusterException(
                        ErrorCode.CORRUPT,
                        "The Raft directory " + storage.raftDirectory()
                                + " lacks the file that holds its term and vote; restore"
                                + " the directory from its disk, or remove this voter from the quorum and add it again under"
                                + " a new node id.",
                        error);
            }
        }
        Throwable root = error;
        while ((root instanceof CompletionException || root instanceof RuntimeException) && root.getCause() != null) {
            root = root.getCause();
        }
        return new MusterException(
                ErrorCode.FAILED_PRECONDITION,
                "The quorum log in " + storage.raftDirectory() + " cannot start: " + root + ".",
                error);
    }
}
