package io.muster.cli.command;

import io.muster.cli.Subcommands;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A noun; only its verbs do something. */
abstract class GroupCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public final void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do with '" + spec.name() + "': " + Subcommands.namesOf(spec));
    }
}
