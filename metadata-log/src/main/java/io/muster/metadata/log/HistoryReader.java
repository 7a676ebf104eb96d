package io.muster.metadata.log;

import io.muster.metadata.image.Applied;
import io.muster.metadata.image.MetadataImage;

/** Hears what a log still holds, in log order, on the thread that asked. */
public interface HistoryReader {
    /** Called first, once: the image before the first batch that can be told. Its next offset is where history begins. */
    void begins(MetadataImage image);

    /**
     * A committed batch that counted, and what it changed.
     *
     * @return false to hear no more
     */
    boolean next(Applied applied);
}
