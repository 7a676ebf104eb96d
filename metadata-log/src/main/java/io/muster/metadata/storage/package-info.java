/** Storage identity: format, meta.properties, the directory lock. */
@NullMarked
package io.muster.metadata.storage;

import org.jspecify.annotations.NullMarked;
