package io.muster.cli;

import io.muster.error.MusterException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The one place that turns an error into words on standard error and an exit code. A stack trace only with --verbose. */
final class ErrorReporter implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final MusterCommand root;

    ErrorReporter(MusterCommand root) {
        this.root = root;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        int code;
        if (e instanceof MusterException known) {
            err.println("muster: " + known.getMessage());
            code = ExitCodes.of(known.code());
        } else if (e instanceof InterruptedException) {
            err.println("muster: interrupted");
            code = ExitCodes.INTERRUPTED;
        } else {
            err.println("muster: this should not have happened: " + e
                    + (root.verbose() ? "" : "; run it again with --verbose for where"));
            code = ExitCodes.FAILED;
        }
        if (root.verbose()) {
            e.printStackTrace(err);
        }
        err.flush();
        return code;
    }

    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("muster: " + words(e));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        return ExitCodes.USAGE;
    }

    /** What is wrong with the line, in this program's words where the parser's are its own. */
    private static String words(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String first = unmatched.getUnmatched().get(0);
            CommandSpec command = e.getCommandLine().getCommandSpec();
            if (first.startsWith("-")) {
                return "'" + command.qualifiedName() + "' has no option '" + first + "'";
            }
            return command.subcommands().isEmpty()
                    ? "'" + first + "' is more than '" + command.qualifiedName() + "' can use"
                    : "there is no '" + command.qualifiedName() + " " + first + "': say "
                            + Subcommands.namesOf(command);
        }
        return String.valueOf(e.getMessage()).replace("option option", "option");
    }
}
