@NullMarked
package io.muster.agent.shell;

import org.jspecify.annotations.NullMarked;
