@NullMarked
package io.muster.cli.command;

import org.jspecify.annotations.NullMarked;
