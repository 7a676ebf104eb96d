/**
 * What is typed: the {@code muster} command. This package holds its frame: the root command, output, exit codes and the one
 * place that turns an error into a sentence. Commands are in {@code command}, how a cluster is reached in {@code cluster}.
 */
@NullMarked
package io.muster.cli;

import org.jspecify.annotations.NullMarked;
