package io.muster.cli.command;

import com.google.protobuf.MessageOrBuilder;
import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
import io.muster.cli.OutputFormat;
import io.muster.cli.cluster.ClusterClient;
import io.muster.cli.cluster.ClusterOptions;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that asks the controller one thing.
 *
 * @param <T> the answer
 */
abstract class ClusterCommand<T extends MessageOrBuilder> implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Override
    public final Integer call() {
        T reply;
        try (ClusterClient client = options.connect()) {
            reply = ask(client);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (options.output() == OutputFormat.json) {
            out.println(Json.of(reply));
        } else {
            print(reply, out);
        }
        out.flush();
        return ExitCodes.OK;
    }

    /** Makes the call. */
    abstract T ask(ClusterClient client);

    /** Shows the answer to people. */
    abstract void print(T reply, PrintWriter out);
}
