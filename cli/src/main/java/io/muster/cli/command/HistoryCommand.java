package io.muster.cli.command;

import io.muster.cli.ExitCodes;
import io.muster.cli.OutputFormat;
import io.muster.cli.SinceConverter;
import io.muster.cli.cluster.ClusterClient;
import io.muster.cli.cluster.ClusterOptions;
import io.muster.rpc.v1.ReadHistoryRequest;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code muster history}. */
@Command(
        name = "history",
        description = {
            "What was decided and why, oldest first, from the metadata log on the controller's disk.",
            "It reaches back as far as that log is kept, and says how far. Without a controller, use 'muster log dump'."
        })
public final class HistoryCommand implements Callable<Integer> {
    private static final int LIMIT_MAX = 10_000;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ClusterOptions options = new ClusterOptions();

    @Option(
            names = "--broker",
            paramLabel = "ID",
            description = "Only what concerns this broker: its registration, its state, partitions it gained or lost.")
    private @Nullable Integer broker;

    @Option(
            names = "--partition",
            paramLabel = "RESOURCE/NUMBER",
            converter = PartitionName.Converter.class,
            description = "Only what changed this partition, and how.")
    private @Nullable PartitionName partition;

    @Option(
            names = "--resource",
            paramLabel = "NAME",
            description = "Only what changed resources of this name; deleted ones too.")
    private @Nullable String resource;

    @Option(
            names = "--since",
            paramLabel = "AGO|TIME",
            converter = SinceConverter.class,
            description = "Only from then on: 30s, 15m, 2h, 1d, or 2026-03-01T12:00:00Z.")
    private @Nullable Instant since;

    @Option(names = "--from", paramLabel = "OFFSET", defaultValue = "0", description = "Only from this offset on.")
    private long from;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "50",
            description = "Only the newest N that match, at most 10000; 0 for all. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Override
    public Integer call() {
        ReadHistoryRequest request = request();
        PrintWriter out = spec.commandLine().getOut();
        boolean json = options.output() == OutputFormat.json;
        HistoryPrinter printer = json ? new HistoryPrinter.AsJson(out) : new HistoryPrinter.AsText(out);
        try (ClusterClient client = options.connect()) {
            client.stream(admin -> admin.readHistory(request), printer::piece);
        } finally {
            printer.finish();
        }
        if (!json) {
            PrintWriter err = spec.commandLine().getErr();
            err.println(printer.summary(limit));
            err.flush();
        }
        return ExitCodes.OK;
    }

    private ReadHistoryRequest request() {
        refuse(limit < 0 || limit > LIMIT_MAX, "--limit must be 0 to " + LIMIT_MAX + ", not " + limit);
        refuse(from < 0, "--from must be 0 or more, not " + from);
        refuse(
                partition != null && resource != null,
                "--partition names its resource already: leave out --resource, or --partition for the whole resource");
        ReadHistoryRequest.Builder request = ReadHistoryRequest.newBuilder()
                .setFromOffset(from)
                .setSinceMs(since == null ? 0 : Math.max(0, since.toEpochMilli()))
                .setLimit(limit);
        if (broker != null) {
            request.setBroker(broker);
        }
        if (resource != null) {
            request.setResource(resource);
        }
        if (partition != null) {
            request.setResource(partition.resource()).setPartition(partition.partition());
        }
        return request.build();
    }

    private void refuse(boolean wrong, String sentence) {
        if (wrong) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }
}
