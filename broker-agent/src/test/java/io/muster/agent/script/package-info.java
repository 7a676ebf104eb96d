/** What agent tests share: a log written by hand. */
@NullMarked
package io.muster.agent.script;

import org.jspecify.annotations.NullMarked;
