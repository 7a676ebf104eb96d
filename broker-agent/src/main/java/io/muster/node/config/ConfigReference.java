package io.muster.node.config;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Renders the reference page of the quorum config file from the definitions the reader uses, so that it cannot go stale. */
public final class ConfigReference {
    private static final String HEAD = """
            # The quorum config file

            Each node has one `.properties` file in UTF-8. This page is generated from the definitions that the node itself
            reads by (`io.muster.node.config.ConfigKeys`); a test fails when they differ.

            * A value may be set in the file, in the environment, as a system property, or by the program that embeds
              Muster. Each is stronger than the one before. `broker.rack` is `BROKER_RACK` in the environment and
              `-Dbroker.rack` on the command line of the JVM.
            * `${NAME}` in a value stands for another key or an environment variable, `${NAME:default}` gives a default.
            * An unknown key in the file is an error. All errors are told in one go, with the line and the way out.
            * `muster config check FILE` tells whether a file is right and prints the values in force with their sources. A
              node logs the same when it starts.
            * Times are whole milliseconds.

            Examples to copy: `conf/node.properties` (controller and broker), `conf/controller.properties`,
            `conf/broker.properties`.

            ## All keys

            """;

    private ConfigReference() {}

    /** The page, in Markdown. */
    public static String markdown() {
        StringBuilder page = new StringBuilder(HEAD);
        page.append("| key | default | used by |\n|---|---|---|\n");
        for (ConfigKey<?> key : ConfigKeys.all()) {
            page.append("| [`")
                    .append(key.name())
                    .append("`](#")
                    .append(key.name().replace(".", ""))
                    .append(") | ")
                    .append(defaultOf(key))
                    .append(" | ")
                    .append(usersOf(key.roles()))
                    .append(" |\n");
        }
        ConfigKeys.all().forEach(key -> append(page, key));
        return page.toString();
    }

    private static void append(StringBuilder page, ConfigKey<?> key) {
        page.append("\n### ")
                .append(key.name())
                .append("\n\n")
                .append(key.meaning())
                .append("\n\n");
        List<String> facts = new java.util.ArrayList<>();
        facts.add("type: " + key.type().name());
        if (!key.type().range().isEmpty()) {
            facts.add("values: " + key.type().range());
        }
        if (!key.type().unit().isEmpty()) {
            facts.add("unit: " + key.type().unit());
        }
        facts.add("default: " + defaultOf(key));
        facts.add("used by: " + usersOf(key.roles()));
        facts.add("environment: `" + key.environmentName() + "`");
        page.append(facts.stream().collect(Collectors.joining("\n* ", "* ", "\n")));
    }

    private static String defaultOf(ConfigKey<?> key) {
        if (key.isRequired()) {
            return "none: must be set";
        }
        if (!key.derivedFrom().isEmpty()) {
            return key.derivedFrom();
        }
        return key.defaultValue().map(text -> "`" + text + "`").orElse("not set");
    }

    private static String usersOf(Set<Role> roles) {
        return roles.stream().sorted().map(Role::word).collect(Collectors.joining(", "));
    }
}
