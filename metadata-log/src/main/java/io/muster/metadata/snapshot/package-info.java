/** Snapshot files: an image to bytes and back, with checksums. Pure but for the files. */
@NullMarked
package io.muster.metadata.snapshot;

import org.jspecify.annotations.NullMarked;
