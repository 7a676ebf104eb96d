package io.muster.cli.cluster;

import io.muster.cli.DurationConverter;
import io.muster.cli.OutputFormat;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Options of every command that talks to a cluster. */
public final class ClusterOptions {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT[,HOST:PORT...]",
            converter = HostPort.ListConverter.class,
            defaultValue = "${env:MUSTER_BOOTSTRAP:-127.0.0.1:9090}",
            description = {
                "gRPC listeners of one or more nodes, any nodes: the controller is found from there.",
                "Default: $MUSTER_BOOTSTRAP, else 127.0.0.1:9090."
            })
    private HostPort.Addresses bootstrap = new HostPort.Addresses(java.util.List.of());

    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "How to show the answer. Default: ${DEFAULT-VALUE}.")
    private OutputFormat output = OutputFormat.table;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            defaultValue = "10s",
            description = "How long to wait in all, elections included: 10s, 500ms, 2m. Default: ${DEFAULT-VALUE}.")
    private Duration timeout = Duration.ofSeconds(10);

    public OutputFormat output() {
        return output;
    }

    /** A client for the one call of this command. */
    public ClusterClient connect() {
        return new ClusterClient(bootstrap.all(), timeout);
    }
}
