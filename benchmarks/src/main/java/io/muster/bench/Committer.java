package io.muster.bench;

import java.util.concurrent.CompletionStage;

/** Something that commits one small change on a quorum of three. Thread-safe. */
interface Committer extends AutoCloseable {
    /** Its name in the table. */
    String name();

    /**
     * Commits the next change of one caller, without waiting.
     *
     * @param caller a number from 0; a caller has one change under way at a time
     */
    CompletionStage<?> commit(int caller);

    @Override
    void close();
}
