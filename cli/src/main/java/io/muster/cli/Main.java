package io.muster.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.TypeConversionException;

/** Where the process starts. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int code = run(out, err, args);
        out.flush();
        err.flush();
        System.exit(code);
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), false);
    }

    /** Runs a command line to its end and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        MusterCommand root = new MusterCommand();
        ErrorReporter reporter = new ErrorReporter(root);
        return new CommandLine(root)
                .registerConverter(Integer.class, text -> number(text, Integer::valueOf))
                .registerConverter(int.class, text -> number(text, Integer::valueOf))
                .registerConverter(Long.class, text -> number(text, Long::valueOf))
                .registerConverter(long.class, text -> number(text, Long::valueOf))
                .setOut(out)
                .setErr(err)
                .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setAbbreviatedOptionsAllowed(false)
                .setExecutionExceptionHandler(reporter)
                .setParameterExceptionHandler(reporter)
                .execute(helpLast(args));
    }

    /** "help brokers list" is what "brokers list --help" is. */
    private static String[] helpLast(String[] args) {
        if (args.length == 0 || !args[0].equals("help")) {
            return args;
        }
        String[] turned = Arrays.copyOfRange(args, 1, args.length + 1);
        turned[turned.length - 1] = "--help";
        return turned;
    }

    private static <N> N number(String text, Function<String, N> read) {
        try {
            return read.apply(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException(
                    text.matches("[+-]?\\d+") ? text + " is too large a number" : "'" + text + "' is no whole number");
        }
    }
}
