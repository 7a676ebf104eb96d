package io.muster.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
import io.muster.cli.OutputFormat;
import io.muster.cli.Table;
import io.muster.node.config.EffectiveValue;
import io.muster.node.config.NodeConfig;
import io.muster.node.config.NodeConfigReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code muster config}. */
@Command(name = "config", description = "Quorum config files.", subcommands = ConfigCommand.Check.class)
public final class ConfigCommand extends GroupCommand {
    @Command(
            name = "check",
            description = "Read a config file as a node would, and show every problem, or every value and its source.")
    static final class Check implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "FILE", description = "The quorum config file.")
        private Path file = Path.of("");

        @Option(
                names = {"-o", "--output"},
                paramLabel = "table|json",
                defaultValue = "table",
                description = "How to show the answer. Default: ${DEFAULT-VALUE}.")
        private OutputFormat output = OutputFormat.table;

        @Override
        public Integer call() {
            NodeConfig config = NodeConfigReader.read(file);
            PrintWriter out = spec.commandLine().getOut();
            if (output == OutputFormat.json) {
                out.println(Json.of(toJson(config)));
            } else {
                new Table<EffectiveValue>()
                        .text("KEY", EffectiveValue::name)
                        .text("VALUE", EffectiveValue::value)
                        .text("SOURCE", EffectiveValue::source)
                        .print(out, config.effective());
            }
            out.flush();
            return ExitCodes.OK;
        }

        private JsonObject toJson(NodeConfig config) {
            JsonArray values = new JsonArray();
            for (EffectiveValue value : config.effective()) {
                JsonObject one = new JsonObject();
                one.addProperty("key", value.name());
                one.addProperty("value", value.value());
                one.addProperty("source", value.source());
                values.add(one);
            }
            JsonObject answer = new JsonObject();
            answer.addProperty("file", file.toString());
            answer.addProperty("nodeId", config.nodeId());
            answer.add("values", values);
            return answer;
        }
    }
}
