/** What is promised: real processes from the distribution, driven as a user would, with real faults. */
@NullMarked
package io.muster.it;

import org.jspecify.annotations.NullMarked;
