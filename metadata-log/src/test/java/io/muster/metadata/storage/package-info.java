@NullMarked
package io.muster.metadata.storage;

import org.jspecify.annotations.NullMarked;
