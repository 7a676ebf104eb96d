package io.muster.cli.command;

import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
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
@Command(
        name = "log",
        description = "The metadata log on a voter's disk.",
        subcommands = {LogCommand.Dump.class, LogCommand.Verify.class})
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

    @Command(
            name = "verify",
            description = {
                "Check the metadata log on a voter's disk against the invariants, offline.",
                "Reads only. Every batch is replayed and judged by what must hold (the numbers are those of"
                        + " docs/architecture.md); snapshots are compared with what the log yields. Exit code 1 and the"
                        + " first violation, with its offset, if something does not hold. Works while the node runs; the"
                        + " last entries may then not be committed yet."
            })
    static final class Verify implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigFile file = new ConfigFile();

        @Option(
                names = {"-o", "--output"},
                paramLabel = "table|json",
                defaultValue = "table",
                description = "How to show it. Default: ${DEFAULT-VALUE}.")
        private OutputFormat output = OutputFormat.table;

        @Override
        public Integer call() {
            LogVerifier verifier = LogVerifier.verify(file.read().logDir());
            PrintWriter out = spec.commandLine().getOut();
            if (output == OutputFormat.json) {
                out.println(Json.of(verifier.json()));
            } else {
                verifier.print(out);
            }
            out.flush();
            return verifier.holds() ? ExitCodes.OK : ExitCodes.FAILED;
        }
    }
}
