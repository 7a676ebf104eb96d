package io.muster.cli;

import io.muster.cli.command.BrokersCommand;
import io.muster.cli.command.ConfigCommand;
import io.muster.cli.command.HistoryCommand;
import io.muster.cli.command.LogCommand;
import io.muster.cli.command.NodeCommand;
import io.muster.cli.command.PartitionsCommand;
import io.muster.cli.command.QuorumCommand;
import io.muster.cli.command.ResourcesCommand;
import io.muster.cli.command.SimulateCommand;
import io.muster.cli.command.StorageCommand;
import io.muster.cli.command.WitnessCommand;
import io.muster.cli.demo.DemoCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The root: {@code muster}. */
@Command(
        name = "muster",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        usageHelpAutoWidth = true,
        description = "Who is in the cluster, and who does the dead one's work.",
        subcommands = {
            DemoCommand.class,
            StorageCommand.class,
            ConfigCommand.class,
            NodeCommand.class,
            QuorumCommand.class,
            BrokersCommand.class,
            ResourcesCommand.class,
            PartitionsCommand.class,
            HistoryCommand.class,
            LogCommand.class,
            SimulateCommand.class,
            WitnessCommand.class,
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:ok",
            "1:the operation failed",
            "2:wrong usage, or a bad config file or argument",
            "3:cannot connect",
            "4:the cluster is unhealthy or did not converge",
            "5:timed out",
            "130:interrupted"
        })
public final class MusterCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show where an error comes from.")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: " + Subcommands.namesOf(spec));
    }
}
