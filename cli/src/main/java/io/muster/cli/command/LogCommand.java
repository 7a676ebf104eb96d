package io.muster.cli.command;

import io.muster.cli.ExitCodes;
import io.muster.cli.OutputFormat;
import io.muster.metadata.log.ratis.RatisLogReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code muster log}. */
@Command(name = "log", description = "The metadata log on a voter's disk.", subcommands = LogCommand.Dump.class)
public final class LogCommand extends GroupCommand {
    @Command(
            name = "dump",
            description = {
                "Show the metadata log from a voter's disk: every batch with its cause, and every record.",
                "Reads only, and works while the node runs; the last entries may then not be committed yet."
            })
    static final class Dump implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigFile file = new ConfigFile();

        @Option(names = "--from", paramLabel = "OFFSET", description = "Begin with the batch at this offset.")
        private long from;

        @Option(names = "--all", description = "Also show what takes no offset: barriers and Raft's own entries.")
        private boolean all;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "table|json",
                defaultValue = "table",
                description = "How to show it. Default: ${DEFAULT-VALUE}.")
        private OutputFormat output = OutputFormat.table;

        @Override
        public Integer call() {
            Path dir = file.read().logDir();
            PrintWriter out = spec.commandLine().getOut();
            try (LogPrinter printer = output == OutputFormat.json
                    ? new LogPrinter.AsJson(out, from, all)
                    : new LogPrinter.AsText(out, from, all)) {
                RatisLogReader.read(dir, printer);
                printer.finish(spec.commandLine().getErr());
            }
            return ExitCodes.OK;
        }
    }
}
