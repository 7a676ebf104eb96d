package io.muster.cli.command;

import picocli.CommandLine.Command;

/** {@code muster log}. */
@Command(name = "log", description = "The metadata log on a node's disk.")
public final class LogCommand extends GroupCommand {}
