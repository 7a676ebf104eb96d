package io.muster.cli.command;

import io.muster.node.config.NodeConfig;
import io.muster.node.config.NodeConfigReader;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** {@code -c FILE}: the quorum config file of a node. */
public final class ConfigFile {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            required = true,
            description = "The node's quorum config file.")
    private Path file = Path.of("");

    NodeConfig read() {
        return NodeConfigReader.read(file);
    }
}
