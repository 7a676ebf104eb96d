package io.muster.cli;

import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** Names the commands below a command, for people who stopped half way. */
public final class Subcommands {
    private Subcommands() {}

    /** "list, describe or move". */
    public static String namesOf(CommandSpec spec) {
        String names = spec.subcommands().entrySet().stream()
                .filter(e -> !e.getValue().getCommandSpec().usageMessage().hidden())
                .map(java.util.Map.Entry::getKey)
                .collect(Collectors.joining(", "));
        int last = names.lastIndexOf(", ");
        return last < 0 ? names : names.substring(0, last) + " or " + names.substring(last + 2);
    }
}
