/** The commands, one file per noun. Each parses its words, makes one call, prints one answer. */
@NullMarked
package io.muster.cli.command;

import org.jspecify.annotations.NullMarked;
