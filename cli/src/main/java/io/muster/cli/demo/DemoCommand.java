package io.muster.cli.demo;

import io.muster.cli.ExitCodes;
import io.muster.cli.Json;
import io.muster.cli.OutputFormat;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code muster demo}. */
@Command(
        name = "demo",
        description = {
            "Run a cluster of real processes here, kill, stop or cut off one of them, and watch its work move.",
            "With -o json, standard output is one JSON object; its milliseconds count from the fault."
        })
public final class DemoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "Processes; up to five of them also vote. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(
            names = "--partitions",
            paramLabel = "P",
            defaultValue = "300",
            description = "Partitions of the resource. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--replicas",
            paramLabel = "R",
            defaultValue = "2",
            description = "Brokers that hold each partition. Default: ${DEFAULT-VALUE}.")
    private int replicas;

    @Option(
            names = "--kill",
            paramLabel = "broker|controller|none",
            defaultValue = "broker",
            description =
                    "broker: the one that leads most. controller: the node that leads the quorum. Default: ${DEFAULT-VALUE}.")
    private DemoSettings.Victim victim = DemoSettings.Victim.broker;

    @Option(
            names = "--fault",
            paramLabel = "kill|pause|partition|restart",
            defaultValue = "kill",
            description = {
                "kill: kill -9, then a restart. pause: SIGSTOP, and SIGCONT when its work is elsewhere: shows that it refuses"
                        + " to go on when it wakes.",
                "partition: its network is cut and healed: shows that it stops by itself; needs root and iproute2.",
                "restart: a rolling restart by SIGTERM of all nodes, whatever --kill says. Default: ${DEFAULT-VALUE}."
            })
    private DemoSettings.Fault fault = DemoSettings.Fault.kill;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Where config files, data and logs go: a new or empty directory. Default: a temporary one, which is "
                            + "deleted if all goes well.")
    private @Nullable Path dir;

    @Option(names = "--keep", description = "Leave the cluster running until Ctrl-C.")
    private boolean keep;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A further line of every node's config file, as in --set broker.session.timeout.ms=6000.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to show the outcome. Default: ${DEFAULT-VALUE}.")
    private OutputFormat output = OutputFormat.table;

    @Override
    public Integer call() throws Exception {
        DemoSettings demo = new DemoSettings(nodes, partitions, replicas, victim, fault, dir, keep, settings);
        String problem = demo.problem();
        if (problem != null) {
            throw new ParameterException(spec.commandLine(), problem);
        }
        PrintWriter out = spec.commandLine().getOut();
        Narrator narrator = new Narrator(output, out, spec.commandLine().getErr());
        try {
            new Demo(demo, narrator).run(report -> {
                if (output == OutputFormat.json) {
                    out.println(Json.of(report.toJson()));
                    out.flush();
                }
            });
            return ExitCodes.OK;
        } catch (MusterException e) {
            // a demo works or it does not: how its own calls failed is no exit code of its own
            throw e.code() == ErrorCode.INVALID_ARGUMENT
                    ? e
                    : new MusterException(ErrorCode.FAILED_PRECONDITION, String.valueOf(e.getMessage()), e);
        }
    }
}
