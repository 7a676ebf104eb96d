/**
 * Snapshots: an image to bytes and back, with a checksum, as a file or as pieces for a watcher. The same image yields the same
 * bytes everywhere (invariant 2). Pure but for the files.
 */
@NullMarked
package io.muster.metadata.snapshot;

import org.jspecify.annotations.NullMarked;
