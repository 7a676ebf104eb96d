package io.muster.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Renders {@code docs/cli.md} from the commands themselves. Stateless. */
final class CliReference {
    private CliReference() {}

    static String markdown() {
        CommandSpec root = new CommandLine(new MusterCommand()).getCommandSpec();
        StringBuilder page = new StringBuilder("""
                # Command line

                Generated from the commands (`CliReferenceTest`, run with `-Drewrite=true`); do not edit.

                Answers go to standard output, words to standard error. `-o json` prints one JSON object: the protobuf JSON of
                the reply, where a 64-bit number is a string and a default is printed. An error is one sentence; `--verbose`
                adds where it comes from. Every command takes `-h`, `-V` and `--verbose`.

                | exit code | meaning |
                |---|---|
                """);
        root.usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> page.append("| ")
                        .append(code)
                        .append(" | ")
                        .append(meaning)
                        .append(" |\n"));
        command(root, page);
        return page.toString();
    }

    private static void command(CommandSpec spec, StringBuilder page) {
        for (CommandLine sub : List.copyOf(spec.subcommands().values())) {
            CommandSpec child = sub.getCommandSpec();
            if (child.usageMessage().hidden()) {
                continue;
            }
            if (child.subcommands().isEmpty()) {
                leaf(child, page);
            } else {
                command(child, page);
            }
        }
    }

    private static void leaf(CommandSpec spec, StringBuilder page) {
        page.append("\n## ").append(spec.qualifiedName()).append("\n\n");
        page.append(String.join(" ", spec.usageMessage().description())).append("\n\n```\n");
        page.append(spec.qualifiedName());
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            page.append(' ').append(parameter.paramLabel());
        }
        List<OptionSpec> own = spec.options().stream()
                .filter(o -> !o.inherited()
                        && !o.usageHelp()
                        && !o.versionHelp()
                        && !List.of(o.names()).contains("--verbose"))
                .toList();
        for (OptionSpec option : own) {
            String text = names(option);
            page.append(' ').append(option.required() ? text : "[" + text + "]");
        }
        page.append("\n```\n");
        List<Map.Entry<String, String>> rows = new ArrayList<>();
        spec.positionalParameters().forEach(p -> rows.add(Map.entry(p.paramLabel(), words(p.description()))));
        own.forEach(o -> rows.add(Map.entry(
                names(o), words(o.description()).replace("${DEFAULT-VALUE}", String.valueOf(o.defaultValue())))));
        if (!rows.isEmpty()) {
            page.append("\n| | |\n|---|---|\n");
            rows.forEach(row -> page.append("| `")
                    .append(row.getKey().replace("|", "\\|"))
                    .append("` | ")
                    .append(row.getValue().replace("|", "\\|"))
                    .append(" |\n"));
        }
    }

    private static String names(OptionSpec option) {
        String name = String.join(", ", option.names());
        return option.typeInfo().isBoolean() ? name : name + " " + option.paramLabel();
    }

    private static String words(String[] lines) {
        return String.join(" ", lines);
    }
}
