/**
 * What a node's directory is: its identity, its exclusive lock, and files that survive a power cut. Explicit formatting is the
 * only way to an identity; nothing here formats on its own. Depends on {@code io.muster.error} only.
 */
@NullMarked
package io.muster.metadata.storage;

import org.jspecify.annotations.NullMarked;
