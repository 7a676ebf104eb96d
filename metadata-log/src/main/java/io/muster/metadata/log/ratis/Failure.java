package io.muster.metadata.log.ratis;

import io.muster.metadata.log.LogListener;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one end of a log that can go on no longer. Ratis closes a division, or freezes it, and leaves the process running: a
 * zombie that looks alive. Whatever shows it first is told to the listener, once. Thread-safe.
 */
final class Failure {
    private static final Logger LOG = LoggerFactory.getLogger(Failure.class);

    private final AtomicBoolean closing = new AtomicBoolean();
    private final AtomicReference<String> reason = new AtomicReference<>();
    private final LogListener listener;

    Failure(LogListener listener) {
        this.listener = listener;
    }

    /** From here on the end is wanted and nothing is a failure. */
    void closing() {
        closing.set(true);
    }

    boolean isClosing() {
        return closing.get();
    }

    boolean happened() {
        return reason.get() != null;
    }

    void report(String sentence, @Nullable Throwable cause) {
        if (closing.get() || !reason.compareAndSet(null, sentence)) {
            LOG.debug("Behind the end: {}", sentence, cause);
            return;
        }
        listener.onFailure(sentence, cause == null ? new IllegalStateException(sentence) : cause);
    }
}
