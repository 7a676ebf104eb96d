package io.muster.cli.command;

import com.google.gson.JsonObject;
import io.muster.cli.ExitCodes;
import io.muster.cli.Facts;
import io.muster.cli.Json;
import io.muster.cli.OutputFormat;
import io.muster.error.ErrorCode;
import io.muster.error.MusterException;
import io.muster.metadata.storage.StorageDirectory;
import io.muster.metadata.storage.StorageIdentity;
import io.muster.node.config.NodeConfig;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code muster storage}. */
@Command(
        name = "storage",
        description = "A node's directory and its identity.",
        subcommands = {StorageCommand.RandomUuid.class, StorageCommand.Format.class, StorageCommand.Info.class})
public final class StorageCommand extends GroupCommand {
    @Command(name = "random-uuid", description = "Print a new id for a cluster.")
    static final class RandomUuid implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            out.println(StorageIdentity.randomUuid());
            out.flush();
            return ExitCodes.OK;
        }
    }

    /** What Format and Info share: they show an identity. */
    abstract static class ShowIdentity implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private ConfigFile file = new ConfigFile();

        @Option(
                names = {"-o", "--output"},
                paramLabel = "table|json",
                defaultValue = "table",
                description = "How to show the answer. Default: ${DEFAULT-VALUE}.")
        private OutputFormat output = OutputFormat.table;

        @Override
        public final Integer call() {
            NodeConfig config = file.read();
            StorageIdentity identity = identity(config);
            PrintWriter out = spec.commandLine().getOut();
            if (output == OutputFormat.json) {
                JsonObject answer = new JsonObject();
                answer.addProperty("directory", config.logDir().toString());
                answer.addProperty("clusterId", identity.clusterId());
                answer.addProperty("nodeId", identity.nodeId());
                answer.addProperty("directoryId", identity.directoryId());
                answer.addProperty("createdMs", identity.createdMs());
                out.println(Json.of(answer));
            } else {
                new Facts()
                        .add("Directory", config.logDir())
                        .add("ClusterId", identity.clusterId())
                        .add("NodeId", identity.nodeId())
                        .add("DirectoryId", identity.directoryId())
                        .add("Created", Instant.ofEpochMilli(identity.createdMs()))
                        .print(out);
            }
            out.flush();
            return ExitCodes.OK;
        }

        abstract StorageIdentity identity(NodeConfig config);

        final PrintWriter err() {
            return spec.commandLine().getErr();
        }
    }

    @Command(name = "format", description = "Give a node's directory its identity, once, before its first start.")
    static final class Format extends ShowIdentity {
        @Option(
                names = "--cluster-id",
                paramLabel = "ID",
                description = "The cluster's id, the same for every node. Default: a new random one.")
        private @Nullable String clusterId;

        @Option(
                names = "--ignore-formatted",
                description = "Leave a directory alone that is already formatted for this node and cluster.")
        private boolean ignoreFormatted;

        @Option(
                names = "--force",
                description =
                        "Destroy what the directory holds, the log too. Never do this to bring a voter back whose "
                                + "disk was lost.")
        private boolean force;

        @Override
        StorageIdentity identity(NodeConfig config) {
            if (ignoreFormatted && Files.exists(config.logDir().resolve("meta.properties"))) {
                return existing(config);
            }
            String id = clusterId == null ? StorageIdentity.randomUuid() : clusterId;
            StorageIdentity made = StorageDirectory.format(config.logDir(), id, config.nodeId(), force);
            if (clusterId == null) {
                err().println("This is a new cluster: format its other nodes with --cluster-id " + made.clusterId());
                err().flush();
            }
            return made;
        }

        private StorageIdentity existing(NodeConfig config) {
            Path dir = config.logDir();
            StorageIdentity found = StorageDirectory.read(dir);
            if (found.nodeId() != config.nodeId()
                    || (clusterId != null && !clusterId.equalsIgnoreCase(found.clusterId()))) {
                throw new MusterException(
                        ErrorCode.FAILED_PRECONDITION,
                        "Directory " + dir + " is formatted for node " + found.nodeId() + " of cluster "
                                + found.clusterId() + " and was left unchanged; correct node.id or log.dir in the "
                                + "config file, or --cluster-id.");
            }
            return found;
        }
    }

    @Command(name = "info", description = "Show the identity of a node's directory.")
    static final class Info extends ShowIdentity {
        @Override
        StorageIdentity identity(NodeConfig config) {
            return StorageDirectory.read(config.logDir());
        }
    }
}
